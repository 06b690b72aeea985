import type { LanesToSkip } from '../../../store/lane-store.js';
import { ClaimBudget, type LaneCapacity, type TenantRoomQuery } from './claim-budget.js';
import { INITIAL_WINDOW } from '../concurrency-window.js';
import type { HeldBodies } from './held-bodies.js';
import type { KnownLanes } from '../known-lanes.js';
import { capacityOf, type Lane } from '../lane.js';
import type { LaneCounts } from '../lane-counts.js';
import { roomInShare, type TenantShares } from '../shares/tenant-shares.js';
import { UnclaimableLanes } from './unclaimable-lanes.js';

/** Per slot, a worker holds at most this many deliveries: enough to send while the next batch is relayed. */
const MAX_HELD_PER_SLOT = 24;
/** Per slot, a worker holds at most this many deliveries of unhealthy lanes. */
const MAX_UNHEALTHY_HELD_PER_SLOT = 6;

/**
 * A tenant's unhealthy lanes may hold at most the remaining room multiplied by this factor. The factor for claims is
 * larger, because claims already leave room for the relay.
 */
const TIMES_LEFT = { claim: 3, relay: 1 } as const;

/** Limits (requests). */
interface RoomLimits {
  slots: number;
  /** Maximum number of requests in flight of a lane that keeps failing, unless its requests fail quickly. */
  failingWindow: number;
}

/** How many deliveries a worker may lease: in all, of unhealthy lanes, of each tenant and of each lane. */
export class WorkerRoom implements LaneCapacity {
  private readonly unclaimableNow: UnclaimableLanes;

  constructor(
    private readonly lanes: KnownLanes,
    private readonly counts: LaneCounts,
    private readonly tenants: TenantShares,
    private readonly limits: RoomLimits,
  ) {
    this.unclaimableNow = new UnclaimableLanes(lanes, tenants);
  }

  /** What is relayed now may be sent at once. */
  get hasFreeSlot(): boolean {
    return this.counts.slotsInUseCount < this.limits.slots;
  }

  /** How many more deliveries this worker may lease. */
  get claimableCount(): number {
    const { waitingCount, slotsInUseCount } = this.counts;
    return Math.max(0, this.limits.slots * MAX_HELD_PER_SLOT - waitingCount - slotsInUseCount);
  }

  /** How many deliveries are worth relaying. While no lane is healthy, only as many as unhealthy lanes may take. */
  get relayableCount(): number {
    return this.counts.healthyLanes > 0
      ? this.claimableCount
      : Math.min(this.claimableCount, this.roomForUnhealthy('relay'));
  }

  /** A claim may find lanes with room: a lane is healthy, or there is room for unhealthy lanes. */
  get canClaim(): boolean {
    return this.counts.healthyLanes > 0 || this.roomForUnhealthy('claim') > 0;
  }

  /** Unhealthy lanes have room for two more deliveries per slot, or no delivery waits in this worker. */
  get shouldClaim(): boolean {
    return this.roomForUnhealthy('relay') >= this.limits.slots * 2 || this.counts.waitingCount === 0;
  }

  /**
   * What may be leased now, minus `less` deliveries. A claim may use only part of the room for unhealthy lanes. The
   * rest is kept for the relay, so that new events do not wait behind old backlogs.
   */
  openBudget(less: number, by: 'claim' | 'relay', bodies: HeldBodies): ClaimBudget {
    const left = Math.max(0, this.claimableCount - less);
    return new ClaimBudget(this, bodies.copy(), left, this.roomForUnhealthy(by), by);
  }

  freeCapacityOf(laneId: string, isFailing: boolean): number {
    const { failingWindow } = this.limits;
    const lane = this.lanes.get(laneId);
    if (!lane) return isFailing ? failingWindow : INITIAL_WINDOW;
    if (lane.isClosed) return 0;
    const isNewlyFailing = isFailing && (lane.health === 'healthy' || lane.health === 'untried');
    const capacity = isNewlyFailing ? failingWindow : capacityOf(lane);
    return Math.max(0, capacity - lane.inFlight - lane.waiting.length);
  }

  isHealthy(laneId: string): boolean {
    return this.lanes.get(laneId)?.health === 'healthy';
  }

  /** As far as this worker knows, the lane's last attempt failed, or a request of the lane hangs. */
  isUnwell(laneId: string): boolean {
    const health = this.lanes.get(laneId)?.health;
    return health === 'failing' || health === 'hanging';
  }

  roomOfTenant(tenantId: string, { left, reserved, by }: TenantRoomQuery): number {
    const tenant = this.tenants.of(tenantId);
    if (!this.counts.mayHang(tenant)) return 0;
    return Math.min(left, roomInShare(tenant.held + reserved, left, TIMES_LEFT[by]));
  }

  /** Lanes that a claim must skip: lanes that use most of their capacity, unhealthy lanes without room, and `more`. */
  unclaimable(more: readonly string[] = []): LanesToSkip {
    const left = this.roomForUnhealthy('claim');
    const found = this.unclaimableNow.find(
      left > 0,
      (tenantId) => this.roomOfTenant(tenantId, { left, reserved: 0, by: 'claim' }) === 0,
    );
    return { ...found, laneIds: [...found.laneIds, ...more] };
  }

  noteRoom(lane: Lane): void {
    this.unclaimableNow.noteRoom(lane);
  }

  /** Outcomes are recorded: the next claim may use the room that they have freed. */
  announceRoom(): void {
    this.unclaimableNow.announceRoom();
  }

  noteDue(laneIds: readonly string[]): void {
    this.unclaimableNow.noteDue(laneIds);
  }

  /** After the latest call of {@link unclaimable}, a skipped lane got room again, or a lane with room became due. */
  get hasClaimableLanes(): boolean {
    return this.unclaimableNow.hasClaimable;
  }

  /**
   * How many more deliveries of unhealthy lanes may be held. A claim leaves `slots` places to the relay. If
   * fewer than `slots` places remain, the claim gets none: a small claim is not worth its cost.
   */
  private roomForUnhealthy(by: 'claim' | 'relay'): number {
    const { slots } = this.limits;
    const room = slots * MAX_UNHEALTHY_HELD_PER_SLOT - this.counts.heldByUnhealthy;
    if (by === 'relay') return Math.max(0, room);
    const ofClaim = room - slots;
    return ofClaim < slots ? 0 : ofClaim;
  }
}
