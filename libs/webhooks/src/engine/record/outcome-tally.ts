import type { Outcome } from '../send/outcome.js';

/** Deliveries by what came of them. */
export interface OutcomeCounts {
  delivered: number;
  retried: number;
  exhausted: number;
  discarded: number;
  returned: number;
  leaseLost: number;
}

/** Counts what a worker has recorded since it started. */
export class OutcomeTally implements OutcomeCounts {
  delivered = 0;
  retried = 0;
  exhausted = 0;
  discarded = 0;
  returned = 0;
  leaseLost = 0;

  /** `recorded`: not, where its lease was lost. */
  add({ state, attempt }: Outcome, recorded: boolean): void {
    if (!recorded) this.leaseLost++;
    else if (state === 'pending') this[attempt ? 'retried' : 'returned']++;
    else this[state]++;
  }
}
