import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Account, reconcile } from './reconcile.js';
import { seed } from './random.js';
import type { World } from './world.js';

/** One row of the table in docs/reliability.md. */
export interface Figures {
  /** Name of the test file. */
  file: string;
  /** What happened: the names of the suite and of the test. */
  scenario: string;
  seed: number;
  account: Account;
  /** Further measurements. */
  measured: Record<string, number>;
}

/**
 * Drains the world and reconciles its records. If the whole suite runs, the figures are written to the file that
 * `FAULTS_FIGURES` names.
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
