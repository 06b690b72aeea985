import { LARGE_BODY_BYTES } from '../../store/lane-rules.js';
import type { HeldBodies } from './held-bodies.js';

/** What a claim may take of a lane's large bodies at least, while there is room, bytes. */
const MIN_LANE_BYTES = 256 * 1024;

/** What the scheduler knows of lanes that limits how much may be leased. */
export interface LaneCapacity {
  /** How many more deliveries of a lane may be leased. */
  freeCapacityOf(laneId: string): number;
  /** Whether its last attempt succeeded. */
  isHealthy(laneId: string): boolean;
}

/**
 * What a worker may lease now, reserved lane by lane: never more than the worker has room for, than the lane has room for,
 * and than all lanes that are not healthy have room for together. Large bodies are reserved by their bytes too.
 */
export class ClaimBudget {
  private readonly reserved = new Map<string, number>();

  /**
   * @param bodies what is held, which the budget adds its reservations to
   * @param left deliveries that may be leased
   * @param leftForOthers how many of these may be of lanes that are not healthy
   */
  constructor(
    private readonly lanes: LaneCapacity,
    private readonly bodies: HeldBodies,
    private left: number,
    private leftForOthers: number,
  ) {}

  get isSpent(): boolean {
    return this.left === 0;
  }

  /** An equal share of what is left for each of `lanes` lanes, at least 1. */
  sharePerLane(lanes: number): number {
    return Math.max(1, Math.floor(this.left / lanes));
  }

  /** Reserves up to `wanted` deliveries of a lane. Returns how many. */
  reserve(laneId: string, wanted: number): number {
    const reserved = this.reserved.get(laneId) ?? 0;
    const isHealthy = this.lanes.isHealthy(laneId);
    const left = isHealthy ? this.left : Math.min(this.left, this.leftForOthers);
    const count = Math.max(0, Math.min(wanted, left, this.lanes.freeCapacityOf(laneId) - reserved));
    this.reserved.set(laneId, reserved + count);
    this.left -= count;
    if (!isHealthy) this.leftForOthers -= count;
    return count;
  }

  /** Reserves one delivery with a body of `length` characters. Returns whether there was room. */
  reserveOne(laneId: string, tenantId: string, length: number): boolean {
    if (length > LARGE_BODY_BYTES && this.bodies.roomOf(tenantId) === 0) return false;
    if (this.reserve(laneId, 1) === 0) return false;
    this.bodies.add(tenantId, length);
    return true;
  }

  /** Reserves an equal share for each of `lanes` lanes of what the tenant may hold of large bodies. Returns how many bytes. */
  reserveBytes(tenantId: string, lanes: number): number {
    const room = this.bodies.roomOf(tenantId);
    const bytes = Math.min(room, Math.max(MIN_LANE_BYTES, Math.floor(room / lanes)));
    this.bodies.add(tenantId, bytes);
    return bytes;
  }
}
