import type { LaneHealth } from '../lane-health.js';

/** One tenant's requests in flight to one origin, over all lanes of the tenant to that origin. */
export interface OriginShare<Lane> {
  /** Requests that hold a slot. */
  inFlight: number;
  /** Requests without a slot. */
  withoutSlot: number;
  /** Lanes that could send if the share were not full. */
  waitingLanes: Set<Lane>;
}

/** Limits (requests) of one share. They change with the number of workers. */
export interface OriginLimits {
  /** Requests that hold a slot. */
  maxInFlight: () => number;
  /** Requests without a slot. At this limit, unhealthy lanes send nothing more. */
  maxHanging: () => number;
}

interface SharingLane {
  health: LaneHealth;
  originShare: OriginShare<SharingLane>;
}

/** Limits each tenant at each origin: one customer with many webhooks on one server must not take all slots. */
export class OriginShares<Lane extends SharingLane & { originShare: OriginShare<Lane> }> {
  private readonly shares = new Map<string, OriginShare<Lane>>();
  /** Lanes that wait for their share. */
  private waitingCount = 0;

  constructor(private readonly limits: OriginLimits) {}

  get hasWaiting(): boolean {
    return this.waitingCount > 0;
  }

  of(tenantId: string, origin: string): OriginShare<Lane> {
    const key = `${tenantId} ${origin}`;
    let share = this.shares.get(key);
    if (!share) this.shares.set(key, (share = { inFlight: 0, withoutSlot: 0, waitingLanes: new Set() }));
    return share;
  }

  /** The share has no place for another request of `lane`. */
  isFullFor({ health, originShare }: Lane): boolean {
    if (health !== 'healthy' && originShare.withoutSlot >= this.limits.maxHanging()) return true;
    return health !== 'hanging' && originShare.inFlight >= this.limits.maxInFlight();
  }

  wait(lane: Lane): void {
    const { waitingLanes } = lane.originShare;
    if (waitingLanes.has(lane)) return;
    waitingLanes.add(lane);
    this.waitingCount++;
  }

  stopWaiting(lane: Lane): void {
    if (lane.originShare.waitingLanes.delete(lane)) this.waitingCount--;
  }

  /** Forgets the shares that no lane in `lanes` has. */
  keepOnly(lanes: Iterable<Lane>): void {
    const used = new Set<OriginShare<Lane>>();
    for (const { originShare } of lanes) used.add(originShare);
    for (const [key, share] of this.shares) if (!used.has(share)) this.shares.delete(key);
  }
}
