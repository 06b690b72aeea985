import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import type { Answer, News } from './serve.js';

const REGISTER = join(__dirname, 'register.js');
const OUTPUT_KEPT = 20_000;

/** A process of a test: called over IPC, stopped and killed by signals. */
export class Child {
  private readonly process: ChildProcess;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly listeners = new Map<string, Set<(about: never) => void>>();
  private readonly ended: Promise<unknown>;
  private last = 0;
  /** The end of what the process printed. */
  output = '';

  /** `program`: the path of a TypeScript file. `preload`: modules that are loaded before the program. */
  constructor(program: string, env: Record<string, string> = {}, preload: string[] = []) {
    this.process = fork(program, [], {
      execArgv: [REGISTER, ...preload].flatMap((module) => ['--require', module]),
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      stream.on('data', (text: Buffer) => {
        this.output = (this.output + text.toString()).slice(-OUTPUT_KEPT);
      });
    }
    this.process.on('message', (message: Answer | News) => this.hear(message));
    this.ended = once(this.process, 'exit').then(([code, signal]) => {
      const error = {
        name: 'Gone',
        message: `${basename(program)} ended (${signal ?? code})\n${this.output}`,
      };
      for (const [id, settle] of this.waiting) settle({ id, error });
      this.waiting.clear();
      return signal ?? code;
    });
  }

  get pid(): number {
    return this.process.pid!;
  }

  get alive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /**
   * Runs a command in the process. Rejects with the command's error, or with the end of the output if the process has
   * ended.
   */
  async ask<Result = void>(name: string, ...args: unknown[]): Promise<Result> {
    if (!this.alive) throw new Error(`${name}: the process has ended\n${this.output}`);
    const id = ++this.last;
    const { result, error } = await new Promise<Answer>((resolve) => {
      this.waiting.set(id, resolve);
      this.process.send({ id, name, args }, () => undefined); // fails only if the process ends, which settles the call
    });
    this.waiting.delete(id);
    if (error) throw Object.assign(new Error(`${name}: ${error.message}`), { name: error.name });
    return result as Result;
  }

  on<About>(news: string, listener: (about: About) => void): () => void {
    let all = this.listeners.get(news);
    if (!all) this.listeners.set(news, (all = new Set()));
    all.add(listener);
    return () => all.delete(listener);
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Resolves with the exit code or the signal when the process has ended. */
  async exit(): Promise<unknown> {
    return this.ended;
  }

  /** Sends SIGKILL, and waits until the process has ended. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  private hear(message: Answer | News): void {
    if ('id' in message) this.waiting.get(message.id)?.(message);
    else for (const listener of this.listeners.get(message.news) ?? []) listener(message.about as never);
  }
}
