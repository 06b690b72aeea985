/** What the scheduler knows of lanes that limits how much may be leased. */
export interface LaneCapacity {
  /** How many more deliveries of a lane may be leased. */
  freeCapacityOf(laneId: string): number;
  /** Whether its last attempt succeeded. */
  isHealthy(laneId: string): boolean;
}

/**
 * What a worker may lease now, reserved lane by lane: never more than the worker has room for, than the lane has room for,
 * and than all lanes that are not healthy have room for together.
 */
export class ClaimBudget {
  private readonly reserved = new Map<string, number>();

  /**
   * @param left deliveries that may be leased
   * @param leftForOthers how many of these may be of lanes that are not healthy
   */
  constructor(
    private readonly lanes: LaneCapacity,
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
}
