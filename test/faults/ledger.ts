import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../support/processes/child.js';
import type { Behaviour, LedgerLine } from './processes/receiver.js';
import type { Spares } from './spares.js';
import { until } from './until.js';

const PROGRAM = join(__dirname, 'processes/receiver.ts');

/** The receiver and its ledger: what really arrived, whatever the sender believes. */
export class Ledger {
  private arrived = 0;
  /** Number of lines that came before the last call of {@link turnPage}. */
  private before = 0;
  private readonly stopListening: () => void;

  private constructor(
    private readonly process: Child,
    private readonly file: string,
    private readonly port: number,
    private readonly spares: Spares | null,
  ) {
    this.stopListening = process.on('request', () => {
      this.arrived++;
    });
  }

  /** Starts a receiver that keeps its ledger in `folder`. */
  static async open(folder: string, spares: Spares | null = null): Promise<Ledger> {
    const file = join(folder, 'ledger.jsonl');
    const start = () => new Child(PROGRAM);
    const process = spares ? spares.take(PROGRAM, start) : start();
    const port = await process.ask<number>('start', file);
    return new Ledger(process, file, port, spares);
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

  /** Number of requests so far. */
  get count(): number {
    return this.arrived;
  }

  /** Waits until `count` requests have arrived in total. */
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

  /** Maximum number of requests of `path` that waited for their answers at the same time. */
  mostAtOnce(path: string): number {
    return Math.max(...this.lines(path).map(({ atOnce }) => atOnce));
  }

  async close(): Promise<void> {
    if (!this.spares) return this.process.kill();
    await this.process.ask('stop');
    this.stopListening();
    this.spares.give(PROGRAM, this.process);
  }
}

/** Returns whether the line has the Standard Webhooks signature made with `secret`. */
export function isSigned({ id, timestamp, signature, body }: LedgerLine, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return signature.split(' ').includes(`v1,${expected}`);
}
