import { execFileSync } from 'node:child_process';
import { curlOf } from '../src/screens/delivery/curl.ts';

/** The arguments that a shell passes to cURL. */
const wordsOf = (command: string): string[] =>
  execFileSync('sh', ['-c', command.replace(/^curl/, 'printf "%s\\0"')], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

describe('A request as a cURL command', () => {
  it('passes URL, headers and body to cURL unchanged, whatever characters they contain', () => {
    const url = "https://example.com/it's?a=$(id)&b=`id`";
    const body = '{"text":"it\'s $HOME; rm -rf / # \\" `id`\n\\n"}';
    const headers = { 'x-one': "a'b", 'x-two': '$(id) "q" \\' };
    expect(wordsOf(curlOf({ method: 'POST', url, headers }, body))).toEqual([
      '-X',
      'POST',
      url,
      '-H',
      "x-one: a'b",
      '-H',
      'x-two: $(id) "q" \\',
      '--data-raw',
      body,
    ]);
  });

  it('has no body if the log keeps no body', () => {
    const command = curlOf({ method: 'POST', url: 'https://example.com/', headers: {} }, null);
    expect(command).toBe("curl -X POST 'https://example.com/'");
  });
});
