import type { Destination } from '../destinations/destination.js';
import type { Lane } from './lane.js';
import type { OriginShares } from './shares/origin-shares.js';
import type { LaneCounts } from './lane-counts.js';
import type { TenantShares } from './shares/tenant-shares.js';

/**
 * Beyond this number, lanes without work are forgotten: first those that are known for the longest time. If a forgotten
 * lane gets work again, its health and window start anew.
 */
const MAX_LANES_REMEMBERED = 20_000;

/** The lanes that this worker has or had work for. */
export class KnownLanes {
  private readonly lanes = new Map<string, Lane>();

  constructor(
    private readonly counts: LaneCounts,
    private readonly origins: OriginShares<Lane>,
    private readonly tenants: TenantShares,
    private readonly initialWindowFor: (isHealthy: boolean) => number,
  ) {}

  get(laneId: string): Lane | undefined {
    return this.lanes.get(laneId);
  }

  all(): IterableIterator<[laneId: string, lane: Lane]> {
    return this.lanes.entries();
  }

  /** Returns the lane of a destination that has just been read. Adds the lane if it is new. */
  update(destination: Destination, origin: string): Lane {
    const { laneId, tenantId, isHealthy } = destination;
    const known = this.lanes.get(laneId);
    if (known) {
      known.destination = destination;
      return known;
    }
    const lane: Lane = {
      destination,
      health: isHealthy ? 'untried' : 'failing',
      window: this.initialWindowFor(isHealthy),
      lastSuccessAt: -Infinity,
      inFlight: 0,
      unrecorded: 0,
      withoutSlot: 0,
      isClosed: false,
      waiting: [],
      originShare: this.origins.of(tenantId, origin),
      tenantShare: this.tenants.of(tenantId),
      isQueued: false,
    };
    this.lanes.set(laneId, lane);
    if (this.lanes.size > MAX_LANES_REMEMBERED) this.forgetIdle(lane);
    return lane;
  }

  /** Forgets lanes without work, down to half of {@link MAX_LANES_REMEMBERED}. */
  private forgetIdle(keep: Lane): void {
    for (const [laneId, lane] of this.lanes) {
      if (this.lanes.size <= MAX_LANES_REMEMBERED / 2) break;
      if (lane === keep || lane.isClosed || lane.inFlight + lane.unrecorded + lane.waiting.length > 0)
        continue;
      this.lanes.delete(laneId);
      this.counts.uncountHealthy(lane);
    }
    this.origins.keepOnly(this.lanes.values());
    this.tenants.keepOnly(new Set([...this.lanes.values()].map((lane) => lane.destination.tenantId)));
  }
}
