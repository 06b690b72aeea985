import type { LanesToSkip } from '../../../store/lane-store.js';
import type { BlockedLanes } from './blocked-lanes.js';
import type { ClaimBudget } from './claim-budget.js';
import type { HeldDeliveries } from './held-deliveries.js';
import type { WorkerRoom } from './worker-room.js';

/** What a worker may lease now, considering what it has not recorded yet. */
export class Intake {
  /** @param unrecordedCount takes up room; `Infinity`: nothing more may be leased */
  constructor(
    private readonly room: WorkerRoom,
    private readonly held: HeldDeliveries,
    private readonly blocked: BlockedLanes,
    private readonly unrecordedCount: () => number,
  ) {}

  /** How many more deliveries may be leased. */
  get claimableCount(): number {
    return Math.max(0, this.room.claimableCount - this.unrecordedCount());
  }

  /** How many of them are worth relaying now. */
  get relayableCount(): number {
    return Math.max(0, Math.min(this.claimableCount, this.room.relayableCount - this.unrecordedCount()));
  }

  /** A claim is worth its cost now. */
  get shouldClaim(): boolean {
    return this.claimableCount > 0 && this.room.shouldClaim;
  }

  /** A claim may take one delivery that may have crashed workers before. */
  get allowsSuspect(): boolean {
    return !this.held.hasSuspect;
  }

  openBudget(by: 'claim' | 'relay'): ClaimBudget {
    return this.room.openBudget(this.unrecordedCount(), by, this.held.bodies);
  }

  /** What a claim must pass over, and `more` lanes. */
  unclaimable(more: readonly string[]): LanesToSkip {
    return this.room.unclaimable([...this.blocked.ids(), ...more]);
  }
}
