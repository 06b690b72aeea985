import type { LanesToSkip } from '../../../store/lane-store.js';
import { capacityOf, type Lane } from '../lane.js';
import type { KnownLanes } from '../known-lanes.js';
import type { TenantShares } from '../shares/tenant-shares.js';

/** A lane that holds more than this share of its capacity is not claimed from. */
const FULL_SHARE = 0.75;

/** Which lanes a worker has no room for, and whether that has changed. */
export class UnclaimableLanes {
  private laneIds = new Set<string>();
  private tenantIds = new Set<string>();
  /** The last `find` skipped unhealthy lanes. */
  private skipsUnhealthy = false;
  private roomFreed = false;

  constructor(
    private readonly lanes: KnownLanes,
    private readonly tenants: TenantShares,
  ) {}

  /**
   * @param hasRoomForUnhealthy there is room for unhealthy lanes
   * @param isFull the tenant has used up its part of that room
   */
  find(hasRoomForUnhealthy: boolean, isFull: (tenantId: string) => boolean): LanesToSkip {
    this.skipsUnhealthy = !hasRoomForUnhealthy;
    this.laneIds = new Set();
    this.tenantIds = hasRoomForUnhealthy ? new Set(this.tenants.ids().filter(isFull)) : new Set();
    const keptLaneIds: string[] = [];
    for (const [laneId, lane] of this.lanes.all()) {
      const isHealthy = lane.health === 'healthy';
      const isOfFullTenant = this.tenantIds.has(lane.destination.tenantId);
      const holdsMost = lane.inFlight + lane.waiting.length > capacityOf(lane) * FULL_SHARE;
      if (isOfFullTenant && isHealthy && !holdsMost) keptLaneIds.push(laneId);
      else if (!isOfFullTenant && (holdsMost || (this.skipsUnhealthy && !isHealthy)))
        this.laneIds.add(laneId);
    }
    return { laneIds: [...this.laneIds], tenantIds: [...this.tenantIds], keptLaneIds };
  }

  /** The lane has room for more. */
  noteRoom({ destination, health }: Lane): void {
    this.roomFreed ||=
      this.laneIds.has(destination.laneId) ||
      this.tenantIds.has(destination.tenantId) ||
      (this.skipsUnhealthy && health !== 'healthy');
  }

  /** Returns whether a skipped lane has room again, and resets this. */
  takeRoomFreed(): boolean {
    const freed = this.roomFreed;
    this.roomFreed = false;
    return freed;
  }
}
