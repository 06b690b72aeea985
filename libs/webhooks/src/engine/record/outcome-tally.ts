import type { Outcome } from '../send/outcome.js';

/** Number of deliveries by their outcome. */
export interface OutcomeCounts {
  delivered: number;
  /** Deliveries that failed and wait for their next attempt. */
  retried: number;
  exhausted: number;
  discarded: number;
  /** Deliveries that were returned to their lane without an attempt. */
  returned: number;
  /** Deliveries whose lease ran out before the outcome was recorded. */
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

  /** `recorded`: `false` if the lease was lost. */
  add({ state, attempt }: Outcome, recorded: boolean): void {
    if (!recorded) this.leaseLost++;
    else if (state === 'pending') this[attempt ? 'retried' : 'returned']++;
    else this[state]++;
  }
}
