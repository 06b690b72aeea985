import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../support/processes/child.js';
import type { Behaviour, LedgerLine } from './processes/receiver.js';
import { until } from './until.js';

/** The receiver and its ledger: what really arrived, whatever the sender believes. */
export class Ledger {
  private arrived = 0;
  /** Lines that belong to an earlier page. */
  private before = 0;

  private constructor(
    private readonly process: Child,
    private readonly file: string,
    private readonly port: number,
  ) {
    process.on('request', () => {
      this.arrived++;
    });
  }

  /** A receiver that keeps its ledger in `folder`. */
  static async open(folder: string): Promise<Ledger> {
    const file = join(folder, 'ledger.jsonl');
    const process = new Child(join(__dirname, 'processes/receiver.ts'));
    const port = await process.ask<number>('start', file);
    return new Ledger(process, file, port);
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  behave(path: string, behaviour: Behaviour): Promise<void> {
    return this.process.ask('behave', path, behaviour);
  }

  release(path: string): Promise<number> {
    return this.process.ask('release', path);
  }

  /** Requests so far. */
  get count(): number {
    return this.arrived;
  }

  /** Waits until so many requests have arrived in all. */
  async arrivals(count: number, patience?: number): Promise<void> {
    await until(`${count} requests at the receiver`, () => this.arrived >= count, patience);
  }

  /** From now on, {@link lines} returns only later arrivals. */
  turnPage(): void {
    this.before += this.lines().length;
  }

  /** Everything that arrived, or what arrived on `path`. */
  lines(path?: string): LedgerLine[] {
    const lines = readFileSync(this.file, 'utf8').split('\n').filter(Boolean);
    const all = lines.slice(this.before).map((line) => JSON.parse(line) as LedgerLine);
    return path === undefined ? all : all.filter((line) => line.path === path);
  }

  /** The most requests of one path that waited for their answers together. */
  mostAtOnce(path: string): number {
    return Math.max(...this.lines(path).map(({ atOnce }) => atOnce));
  }

  async close(): Promise<void> {
    await this.process.kill();
  }
}

/** Is one of the signatures of `line` what Standard Webhooks makes with `secret`? */
export function isSigned({ id, timestamp, signature, body }: LedgerLine, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return signature.split(' ').includes(`v1,${expected}`);
}
