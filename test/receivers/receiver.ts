import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Express } from 'express';
import { freePort } from '../support/free-port.js';

export interface ReceiverSettings {
  secret: string;
  /** Takes a line for each event that was worked on. */
  log(line: string): void;
}

/** A customer's receiver that runs. */
export interface Receiver {
  /** `http://127.0.0.1:…`, without a path. */
  url: string;
  /** What it worked on, one line each; complete once it has stopped. */
  worked: readonly string[];
  /** May be called again. */
  stop(): Promise<void>;
}

/** Starts a receiver with this secret. */
export type StartReceiver = (secret: string) => Promise<Receiver>;

export const node =
  (make: (settings: ReceiverSettings) => Express): StartReceiver =>
  async (secret) => {
    const worked: string[] = [];
    const server = make({ secret, log: (line) => worked.push(line) }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const closed = once(server, 'close');
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      worked,
      async stop() {
        server.close();
        server.closeAllConnections();
        await closed;
      },
    };
  };

/** Debian's packages are for Debian's Python, which need not come first in PATH. */
const pythons = [process.env.PYTHON ?? 'python3', '/usr/bin/python3'];
const withJwt = pythons.find((file) => canImport(file, 'flask, jwt'));
const phpName = process.env.PHP ?? 'php';

/** What was found on this machine: Python with Flask, if it can be with PyJWT, and PHP. */
export const interpreters = {
  python: withJwt ?? pythons.find((file) => canImport(file, 'flask')) ?? null,
  pythonJwt: withJwt !== undefined,
  php: spawnSync(phpName, ['--version']).status === 0 ? phpName : null,
};

export const python =
  (name: string): StartReceiver =>
  (secret) =>
    run(interpreters.python, ['-B', join(__dirname, 'python/serve.py'), name], secret, 'stdout');

/** Its warnings are not among what a script logs. */
const PHP_QUIET = ['-d', 'display_errors=0', '-d', 'log_errors=0'];

export const php =
  (name: string): StartReceiver =>
  async (secret) => {
    // PHP's own server does not say which port it was given, so it is told one.
    const address = `127.0.0.1:${await freePort()}`;
    const script = join(__dirname, `php/${name}.php`);
    return run(interpreters.php, [...PHP_QUIET, '-S', address, script], secret, 'stderr');
  };

async function run(
  file: string | null,
  args: string[],
  secret: string,
  output: 'stdout' | 'stderr',
): Promise<Receiver> {
  if (file === null) throw new Error(`No interpreter for ${args.at(-1)}.`);
  const child = spawn(file, args, { env: { ...process.env, WEBHOOK_SECRET: secret } });
  const closed = once(child, 'close');
  const worked: string[] = [];
  const stop = async (): Promise<void> => {
    child.kill();
    await closed;
  };
  const port = await new Promise<string>((listening, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`${file} ended with ${code}: ${worked.join('\n')}`)));
    createInterface(child[output]).on('line', (line) => {
      const [, found] =
        /listening on (\d+)|Server \(http:\/\/127\.0\.0\.1:(\d+)\) started/.exec(line)?.filter(Boolean) ?? [];
      if (found) listening(found);
      else if (!isServerTalk(line)) worked.push(line.replace(/^\[[^\]]*\] /, ''));
    });
  });
  return { url: `http://127.0.0.1:${port}`, worked, stop };
}

/** PHP's server logs connections and requests along. */
function isServerTalk(line: string): boolean {
  return /\] 127\.0\.0\.1:\d+ (Accepted|Closing|\[\d{3}\])/.test(line);
}

function canImport(interpreter: string, modules: string): boolean {
  return spawnSync(interpreter, ['-c', `import ${modules}`]).status === 0;
}
