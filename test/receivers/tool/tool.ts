import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { run } from '../../../libs/receiver/src/cli/run.js';

const root = join(__dirname, '../../..');
const PROGRAM = [
  '--require',
  join(root, 'test/support/processes/register.js'),
  join(root, 'libs/receiver/src/cli/main.ts'),
];

/** The result of a run of the command. */
export interface ToolResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command in a process of its own. */
export async function runTool(
  args: string[],
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<ToolResult> {
  const child = start(args, env);
  child.stdin!.on('error', () => undefined); // the command may end without reading its input
  child.stdin!.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

/** Runs the command in this process, for tests with many calls. The command must not read standard input. */
export async function runHere(args: string[]): Promise<ToolResult> {
  const result = { stdout: '', stderr: '' };
  const log = jest.spyOn(console, 'log').mockImplementation((line) => (result.stdout += `${line}\n`));
  const error = jest.spyOn(console, 'error').mockImplementation((line) => (result.stderr += `${line}\n`));
  try {
    const code = await run(args);
    return { code, ...result };
  } finally {
    log.mockRestore();
    error.mockRestore();
  }
}

/** A line that `listen --json` prints for a request. */
export interface ListenedRequest {
  path: string;
  type: string | null;
  id: string;
  attempt: number;
  profile: string | null;
  verified: boolean | null;
  reason: string | null;
  message: string | null;
  answer: number | string;
  file?: string;
}

/** `listen` in a process of its own. */
export class ListenProcess {
  url: string;
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterableIterator<string>;

  private constructor(args: string[]) {
    this.child = start(['listen', '--port', '0', ...args], {});
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  /** Starts the process, and waits until it listens. */
  static async start(...args: string[]): Promise<ListenProcess> {
    const listening = new ListenProcess(['--json', ...args]);
    listening.url = (JSON.parse(await listening.line()) as { listening: string }).listening;
    return listening;
  }

  /** The next requests that the process prints. */
  async next(count: number): Promise<ListenedRequest[]> {
    const requests: ListenedRequest[] = [];
    while (requests.length < count) requests.push(JSON.parse(await this.line()));
    return requests;
  }

  /** Returns the exit code. May be called again. */
  async stop(): Promise<number | null> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = once(child, 'exit') as Promise<[number | null]>;
    child.kill('SIGTERM');
    return (await ended)[0];
  }

  private async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`listen has ended: ${await text(this.child.stderr!)}`);
    return value;
  }
}

function start(args: string[], env: Record<string, string>): ChildProcess {
  // Variables that a developer has set must not affect the tests.
  const unset = { NODE_OPTIONS: '', WEBHOOK_SECRET: '' };
  return spawn(process.execPath, [...PROGRAM, ...args], { env: { ...process.env, ...unset, ...env } });
}
