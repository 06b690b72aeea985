import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Account, reconcile } from './reconcile.js';
import { seed } from './random.js';
import type { World } from './world.js';

/** The figures of one scenario in one run. A row of the table in docs/reliability.md sums the figures of all runs. */
export interface Figures {
  /** Name of the test file. */
  file: string;
  /** What happened: the names of the suite and of the test. */
  scenario: string;
  seed: number;
  account: Account;
  measured: Record<string, number>;
}

/**
 * Stops the hosts, waits until no lease is left, and reconciles the records. If `FAULTS_FIGURES` names a file, also appends the
 * figures to it.
 */
export async function settle(world: World, measured: Record<string, number> = {}): Promise<Account> {
  await world.rest();
  const account = await reconcile(world);
  const to = process.env.FAULTS_FIGURES;
  if (to) {
    const { currentTestName, testPath } = expect.getState();
    const file = basename(testPath!);
    const figures: Figures = { file, scenario: currentTestName!, seed, account, measured };
    appendFileSync(to, `${JSON.stringify(figures)}\n`);
  }
  return account;
}

/** The value below which `share` of the sorted values lie. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
