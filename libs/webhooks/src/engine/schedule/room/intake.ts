import type { LanesToSkip } from '../../../store/lane-store.js';
import type { BlockedLanes } from './blocked-lanes.js';
import type { ClaimBudget } from './claim-budget.js';
import type { HeldDeliveries } from './held-deliveries.js';
import type { WorkerRoom } from './worker-room.js';

/**
 * What a worker may lease now. The worker has room for a limited number of deliveries, and deliveries that are not recorded
 * yet take up part of this room.
 */
export class Intake {
  /** The budget of the claim in progress. */
  private claiming: ClaimBudget | null = null;

  /** @param unrecordedCount outcomes that still take up room; `Infinity`: nothing more may be leased */
  constructor(
    private readonly room: WorkerRoom,
    private readonly held: HeldDeliveries,
    private readonly blocked: BlockedLanes,
    private readonly unrecordedCount: () => number,
  ) {}

  /** Room that is taken by unrecorded outcomes and by the claim in progress. */
  private get takenCount(): number {
    return this.unrecordedCount() + (this.claiming?.reservedCount ?? 0);
  }

  /** There is a free slot, so a delivery that is leased now can be sent at once. */
  get hasFreeSlot(): boolean {
    return this.room.hasFreeSlot;
  }

  /** How many more deliveries may be leased. */
  get claimableCount(): number {
    return Math.max(0, this.room.claimableCount - this.takenCount);
  }

  /** How many deliveries are worth relaying now. */
  get relayableCount(): number {
    return Math.max(0, Math.min(this.claimableCount, this.room.relayableCount - this.takenCount));
  }

  /** There is room for deliveries that a claim may find. */
  get canClaim(): boolean {
    return this.claimableCount > 0 && this.room.canClaim;
  }

  /** A claim is worth its cost now. */
  get shouldClaim(): boolean {
    return this.claimableCount > 0 && this.room.shouldClaim;
  }

  /** A claim may take one of the deliveries that were claimed before without an outcome: perhaps they crash workers. */
  get allowsSuspect(): boolean {
    return !this.held.hasSuspect;
  }

  openBudget(by: 'claim' | 'relay'): ClaimBudget {
    if (by === 'claim') this.claiming = null; // if the claim's transaction is repeated, the old budget is still set
    const budget = this.room.openBudget(this.takenCount, by, this.held.bodies);
    if (by === 'claim') this.claiming = budget;
    return budget;
  }

  /** The claim has ended: from here on, the deliveries that it leased count as held, not as reserved. */
  noteClaimEnded(): void {
    this.claiming = null;
  }

  /** These lanes are due, or may be due. */
  noteDue(laneIds: readonly string[]): void {
    this.room.noteDue(laneIds);
  }

  /** Outcomes are recorded: the next claim may use the room that they have freed. */
  announceRoom(): void {
    this.room.announceRoom();
  }

  /** Since the latest check or claim, a skipped lane has got room again, or a lane with room has become due. */
  get hasClaimableLanes(): boolean {
    return this.room.hasClaimableLanes;
  }

  /** As far as this worker knows, the lane's last attempt failed, or a request of the lane hangs. */
  isUnwell(laneId: string): boolean {
    return this.room.isUnwell(laneId);
  }

  /** Lanes that a claim must skip, including those in `more`. */
  unclaimable(more: readonly string[]): LanesToSkip {
    return this.room.unclaimable([...this.blocked.ids(), ...more]);
  }
}
