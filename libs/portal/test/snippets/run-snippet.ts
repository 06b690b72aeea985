import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Language } from '../../src/snippets/snippet.ts';

/** A request as it arrives. */
export interface Arrived {
  body: string;
  /** Lower-case names. */
  headers: Record<string, string>;
}

type Verifier = Exclude<Language, 'curl'>;

const found = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** Languages that this machine can run. Go comes with Debian's `golang-go`, which CI does not install. */
export const available: Record<Language, boolean> = {
  node: true,
  php: found('php', '--version'),
  python: found('python3', '--version'),
  go: found('go', 'version'),
  curl: found('curl', '--version') && found('openssl', 'version'),
};

/** Code that calls the snippet's function with each request of `requests.json`, and prints a list of the results. */
const HARNESS: Record<Verifier, (code: string) => [file: string, content: string][]> = {
  node: (code) => [
    [
      'main.js',
      `${code}
const { requests, secret } = require('./requests.json');
console.log(JSON.stringify(requests.map(({ body, headers }) => verify(Buffer.from(body), headers, secret))));`,
    ],
  ],
  php: (code) => [
    [
      'main.php',
      `${code.slice(0, code.indexOf('$rawBody = file_get_contents'))}
$given = json_decode(file_get_contents(__DIR__ . '/requests.json'), true);
$results = [];
foreach ($given['requests'] as $request) {
    $_SERVER = [];
    foreach ($request['headers'] as $name => $value) {
        $_SERVER['HTTP_' . strtoupper(str_replace('-', '_', $name))] = $value;
    }
    $results[] = verify($request['body'], $given['secret']);
}
echo json_encode($results);`,
    ],
  ],
  python: (code) => [
    [
      'main.py',
      `${code}
import json
given = json.load(open("requests.json"))
print(json.dumps([verify(r["body"].encode(), r["headers"], given["secret"]) for r in given["requests"]]))`,
    ],
  ],
  go: (code) => [
    ['webhooks/verify.go', code],
    ['go.mod', 'module try\n\ngo 1.19\n'],
    [
      'main.go',
      `package main

import (
	"encoding/json"
	"net/http"
	"os"

	"try/webhooks"
)

func main() {
	var given struct {
		Secret   string
		Requests []struct {
			Body    string
			Headers map[string]string
		}
	}
	file, _ := os.ReadFile("requests.json")
	json.Unmarshal(file, &given)
	results := []bool{}
	for _, request := range given.Requests {
		header := http.Header{}
		for name, value := range request.Headers {
			header.Set(name, value)
		}
		results = append(results, webhooks.Verify([]byte(request.Body), header, given.Secret))
	}
	json.NewEncoder(os.Stdout).Encode(results)
}
`,
    ],
  ],
};

const RUN: Record<Verifier, [program: string, ...args: string[]]> = {
  node: [process.execPath, 'main.js'],
  php: ['php', 'main.php'],
  python: ['python3', 'main.py'],
  go: ['go', 'run', '.'],
};

/** Returns for each request whether the snippet accepts it. */
export function verdicts(
  language: Verifier,
  code: string,
  secret: string,
  requests: readonly Arrived[],
): boolean[] {
  const folder = mkdtempSync(join(tmpdir(), 'snippet-'));
  try {
    execFileSync('mkdir', ['-p', join(folder, 'webhooks')]);
    writeFileSync(join(folder, 'requests.json'), JSON.stringify({ secret, requests }));
    for (const [file, content] of HARNESS[language](code)) writeFileSync(join(folder, file), content);
    const [program, ...args] = RUN[language];
    return JSON.parse(execFileSync(program, args, { cwd: folder, encoding: 'utf8' })) as boolean[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
