import { spawn } from 'node:child_process';
import { json } from 'node:stream/consumers';

/** The validator is an ES module, which Jest cannot load. So this program runs in a process without Jest. */
const PROGRAM = `
import { Validator } from '@seriousme/openapi-schema-validator';
import { json } from 'node:stream/consumers';
const { valid, errors } = await new Validator().validate(await json(process.stdin));
console.log(JSON.stringify(valid ? [] : errors));
`;

/** Validates a document against the schema of the OpenAPI specification. Returns the document's errors. */
export async function problemsOf(document: object): Promise<unknown> {
  const node = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  node.stdin.end(JSON.stringify(document));
  return json(node.stdout);
}
