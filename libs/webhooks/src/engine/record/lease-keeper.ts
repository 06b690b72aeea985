import type { OutcomeStore } from '../../store/outcome-store.js';
import type { Leases } from '../claim/leases.js';
import type { Outcome } from '../send/outcome.js';
import type { OutcomeQueue } from './outcome-queue.js';

/** A batch that is being written for longer than this may take much longer, ms. */
const PATIENCE_MS = 1_000;
/** What waits is kept when so much of its lease is left: mostly it is recorded within milliseconds, and need not be kept. */
const SHARE_LEFT = 1 / 20;
const SHARE_LEFT_IF_SLOW = 1 / 2;

/**
 * Keeps deliveries whose outcomes wait to be recorded from being sent again, however long the database refuses to record
 * them: it prolongs their leases before they end, and if the database was away, before this worker claims again.
 */
export class LeaseKeeper {
  /** Until when those are kept that were kept before, on the store's monotonic clock. */
  private readonly keptUntil = new WeakMap<Outcome, number>();

  constructor(
    private readonly store: OutcomeStore,
    private readonly leases: Leases,
    private readonly queue: () => OutcomeQueue,
  ) {}

  /** Mostly there is nothing to keep, and no statement. */
  async keep(): Promise<void> {
    const { leaseMs } = this.leases;
    const now = this.store.monotonicNow();
    const isSlow = this.queue().writingMs > PATIENCE_MS;
    const limit = now + leaseMs * (isSlow ? SHARE_LEFT_IF_SLOW : SHARE_LEFT);
    const leaseIds = this.leases.endingBefore(limit);
    if (leaseIds.size === 0) return;
    const outcomes = this.queue()
      .underLeases(leaseIds)
      .filter(
        // Without an attempt nothing was sent: another claim sends it for the first time.
        (outcome) => outcome.attempt !== null && (this.keptUntil.get(outcome) ?? 0) < limit,
      );
    if (outcomes.length === 0) return;
    await this.store.keepLeased(outcomes, leaseMs);
    for (const outcome of outcomes) this.keptUntil.set(outcome, now + leaseMs);
  }
}
