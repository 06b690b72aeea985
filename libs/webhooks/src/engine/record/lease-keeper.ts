import type { OutcomeStore } from '../../store/outcome-store.js';
import type { Leases } from '../claim/leases.js';
import type { Outcome } from '../send/outcome.js';
import type { OutcomeQueue } from './outcome-queue.js';

/** If a batch is still being written after this time (ms), the write may take long, so leases are extended earlier. */
const SLOW_WRITE_MS = 1_000;
/**
 * Leases are extended when this share of their duration is left. Most outcomes are recorded within milliseconds and need no
 * extension.
 */
const SHARE_LEFT = 1 / 20;
const SHARE_LEFT_IF_SLOW = 1 / 2;

/**
 * Extends the leases of deliveries whose outcomes are not recorded yet, so that no worker sends these deliveries again. The
 * leases are extended before they end and, after a database outage, before this worker claims again.
 */
export class LeaseKeeper {
  /** When the extended lease of each outcome's delivery ends, on the store's monotonic clock. */
  private readonly keptUntil = new WeakMap<Outcome, number>();

  constructor(
    private readonly store: OutcomeStore,
    private readonly leases: Leases,
    private readonly queue: () => OutcomeQueue,
  ) {}

  /** Usually there is nothing to extend, and no SQL is sent. */
  async keep(): Promise<void> {
    const { leaseMs } = this.leases;
    const now = this.store.monotonicNow();
    const isSlow = this.queue().writingMs > SLOW_WRITE_MS;
    const limit = now + leaseMs * (isSlow ? SHARE_LEFT_IF_SLOW : SHARE_LEFT);
    const leaseIds = this.leases.endingBefore(limit);
    if (leaseIds.size === 0) return;
    const outcomes = this.queue()
      .underLeases(leaseIds)
      .filter(
        // Without an attempt, nothing was sent, so another worker may send the delivery.
        (outcome) => outcome.attempt !== null && (this.keptUntil.get(outcome) ?? 0) < limit,
      );
    if (outcomes.length === 0) return;
    await this.store.keepLeased(outcomes, leaseMs);
    for (const outcome of outcomes) this.keptUntil.set(outcome, now + leaseMs);
  }
}
