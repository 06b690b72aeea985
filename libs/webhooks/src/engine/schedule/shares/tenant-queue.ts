import type { Lane } from '../lane.js';
import type { TenantShare } from './tenant-shares.js';

/** A queue of lanes in which tenants take turns, however many lanes each of them has. */
export class TenantQueue {
  /** The tenant whose turn is next comes first. */
  private readonly lanesOf = new Map<TenantShare, Lane[]>();
  private size = 0;

  get length(): number {
    return this.size;
  }

  push(lane: Lane): void {
    const lanes = this.lanesOf.get(lane.tenantShare);
    if (lanes) lanes.push(lane);
    else this.lanesOf.set(lane.tenantShare, [lane]);
    this.size++;
  }

  /** Takes out the next lane of a tenant that `mayTake` accepts. */
  shift(mayTake: (tenant: TenantShare) => boolean): Lane | undefined {
    for (const [tenant, lanes] of this.lanesOf) {
      if (!mayTake(tenant)) continue;
      const lane = lanes.shift()!;
      this.lanesOf.delete(tenant);
      if (lanes.length > 0) this.lanesOf.set(tenant, lanes);
      this.size--;
      return lane;
    }
    return undefined;
  }

  remove(lane: Lane): void {
    const lanes = this.lanesOf.get(lane.tenantShare) ?? [];
    const others = lanes.filter((each) => each !== lane);
    this.size -= lanes.length - others.length;
    if (others.length > 0) this.lanesOf.set(lane.tenantShare, others);
    else this.lanesOf.delete(lane.tenantShare);
  }
}
