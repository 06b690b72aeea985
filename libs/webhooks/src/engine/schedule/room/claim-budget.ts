import { largeBytesOf } from '../../../store/lane-rules.js';
import type { HeldBodies } from './held-bodies.js';

/** Each lane of a claim gets at least this much room (bytes) for large bodies, if that much is free. */
const MIN_LANE_BYTES = 256 * 1024;

export interface TenantRoomQuery {
  /** Room left for all unhealthy lanes (deliveries). */
  left: number;
  /** Deliveries that are reserved for this tenant already. */
  reserved: number;
  by: 'claim' | 'relay';
}

/** How many deliveries the worker can still accept, per lane and tenant. */
export interface LaneCapacity {
  /** How many more deliveries of a lane may be leased. `isFailing`: the lane is failing according to the database. */
  freeCapacityOf(laneId: string, isFailing: boolean): number;
  /** Whether the lane's last attempt succeeded. */
  isHealthy(laneId: string): boolean;
  /** How many more deliveries a tenant's unhealthy lanes may hold. */
  roomOfTenant(tenantId: string, query: TenantRoomQuery): number;
}

/** A lane that deliveries are leased from. */
export interface LaneRef {
  laneId: string;
  tenantId: string;
  /** The lane is failing according to the database. This worker may not have seen that yet. */
  isFailing?: boolean;
}

/**
 * What a worker may lease now, reserved lane by lane. All reservations stay within the room of the worker and of each lane.
 * Reservations for unhealthy lanes also stay within the room of the tenant and of all unhealthy lanes. For large bodies,
 * bytes are reserved too.
 */
export class ClaimBudget {
  private readonly reserved = new Map<string, number>();
  private total = 0;
  /** What is reserved for unhealthy lanes, by tenant. */
  private readonly reservedOf = new Map<string, number>();

  /**
   * @param bodies large bodies that are held; the budget adds its reservations to them
   * @param left deliveries that may be leased
   * @param leftForUnhealthy how many of these may be of unhealthy lanes
   */
  constructor(
    private readonly lanes: LaneCapacity,
    private readonly bodies: HeldBodies,
    private left: number,
    private leftForUnhealthy: number,
    private readonly by: 'claim' | 'relay',
  ) {}

  /** Deliveries that are reserved. */
  get reservedCount(): number {
    return this.total;
  }

  get isSpent(): boolean {
    return this.left === 0;
  }

  /**
   * Divides the remaining budget by `lanes`; each share is at least 1. `healthy` is the share of a healthy lane, and
   * `unhealthy` the share of any other lane.
   */
  sharesOf(lanes: number): { healthy: number; unhealthy: number } {
    const shareOf = (left: number): number => Math.max(1, Math.floor(left / lanes));
    return { healthy: shareOf(this.left), unhealthy: shareOf(Math.min(this.left, this.leftForUnhealthy)) };
  }

  isHealthy({ laneId, isFailing = false }: LaneRef): boolean {
    return !isFailing && this.lanes.isHealthy(laneId);
  }

  /** Reserves up to `wanted` deliveries of a lane. Returns the reserved number. */
  reserve(lane: LaneRef, wanted: number): number {
    const { laneId, tenantId, isFailing = false } = lane;
    const reserved = this.reserved.get(laneId) ?? 0;
    const isHealthy = this.isHealthy(lane);
    const left = isHealthy ? this.left : Math.min(this.left, this.roomOfUnhealthy(tenantId));
    const count = Math.max(
      0,
      Math.min(wanted, left, this.lanes.freeCapacityOf(laneId, isFailing) - reserved),
    );
    this.reserved.set(laneId, reserved + count);
    this.left -= count;
    this.total += count;
    if (!isHealthy) {
      this.leftForUnhealthy -= count;
      this.reservedOf.set(tenantId, (this.reservedOf.get(tenantId) ?? 0) + count);
    }
    return count;
  }

  /** Reserves one delivery with this body. Returns whether there was room. */
  reserveOne(lane: LaneRef, body: string): boolean {
    const bytes = largeBytesOf(body);
    if (bytes > 0 && this.bodies.roomOf(lane.tenantId) === 0) return false;
    if (this.reserve(lane, 1) === 0) return false;
    this.bodies.add(lane.tenantId, bytes);
    return true;
  }

  /**
   * Reserves room for the large bodies of one lane: the tenant's free room divided by `lanes`. The lane gets at least
   * 256 KB if that much is free. Returns the reserved bytes.
   */
  reserveBytes(tenantId: string, lanes: number): number {
    const room = this.bodies.roomOf(tenantId);
    const bytes = Math.min(room, Math.max(MIN_LANE_BYTES, Math.floor(room / lanes)));
    this.bodies.add(tenantId, bytes);
    return bytes;
  }

  private roomOfUnhealthy(tenantId: string): number {
    const reserved = this.reservedOf.get(tenantId) ?? 0;
    return this.lanes.roomOfTenant(tenantId, { left: this.leftForUnhealthy, reserved, by: this.by });
  }
}
