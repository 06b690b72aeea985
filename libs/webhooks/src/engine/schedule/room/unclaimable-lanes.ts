import type { LanesToSkip } from '../../../store/lane-store.js';
import { capacityOf, type Lane } from '../lane.js';
import type { KnownLanes } from '../known-lanes.js';
import type { TenantShares } from '../shares/tenant-shares.js';

/** A lane that holds more than this share of its capacity is not claimed from. */
const FULL_SHARE = 0.75;

/** Which lanes a worker has no room for, and whether there are other lanes to claim from. */
export class UnclaimableLanes {
  private laneIds = new Set<string>();
  private tenantIds = new Set<string>();
  /** The last `find` skipped unhealthy lanes. */
  private skipsUnhealthy = false;
  /** A lane that the last `find` skipped has room again. */
  private roomFreed = false;
  /** A lane that the last `find` skipped has room again, and the outcome that freed the room is recorded. */
  private roomAnnounced = false;
  /** Lanes that became due since the last `find`. */
  private readonly due = new Set<string>();

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
    this.roomFreed = false;
    this.roomAnnounced = false;
    this.due.clear();
    this.laneIds = new Set();
    this.tenantIds = hasRoomForUnhealthy ? new Set(this.tenants.ids().filter(isFull)) : new Set();
    const keptLaneIds: string[] = [];
    for (const [laneId, lane] of this.lanes.all()) {
      const isHealthy = lane.health === 'healthy';
      const isOfFullTenant = this.tenantIds.has(lane.destination.tenantId);
      const holdsMost = this.holdsMost(lane);
      if (isOfFullTenant && isHealthy && !holdsMost) keptLaneIds.push(laneId);
      else if (!isOfFullTenant && (holdsMost || (this.skipsUnhealthy && !isHealthy)))
        this.laneIds.add(laneId);
    }
    return { laneIds: [...this.laneIds], tenantIds: [...this.tenantIds], keptLaneIds };
  }

  /** Call it when a lane holds fewer deliveries than before, or when its capacity may have grown. */
  noteRoom(lane: Lane): void {
    const { laneId, tenantId } = lane.destination;
    this.roomFreed ||=
      (this.laneIds.has(laneId) && !this.holdsMost(lane)) ||
      this.tenantIds.has(tenantId) ||
      (this.skipsUnhealthy && lane.health !== 'healthy');
  }

  /** Outcomes are recorded: the next claim may use the room that they have freed. */
  announceRoom(): void {
    this.roomAnnounced = this.roomFreed;
  }

  noteDue(laneIds: readonly string[]): void {
    for (const laneId of laneIds) this.due.add(laneId);
  }

  /**
   * A skipped lane has room again, or a lane with room is due. Read it only while no claim is in progress, because a claim
   * may fill that lane.
   */
  get hasClaimable(): boolean {
    if (this.roomAnnounced) return true;
    for (const laneId of this.due) if (!this.holdsMost(this.lanes.get(laneId))) return true;
    return false;
  }

  /**
   * An unhealthy lane holds a delivery until the outcome is recorded. So the next claim from the lane comes later and takes
   * more deliveries: many small claims would cost more.
   */
  private holdsMost(lane: Lane | undefined): boolean {
    if (!lane) return false;
    const { health, inFlight, waiting, unrecorded } = lane;
    const held = inFlight + waiting.length + (health === 'healthy' ? 0 : unrecorded);
    return held > capacityOf(lane) * FULL_SHARE;
  }
}
