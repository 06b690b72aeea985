/** A tenant's use of the capacity for unhealthy lanes. */
export interface TenantShare {
  /** Deliveries that wait or hold a slot, in unhealthy lanes. */
  held: number;
  /** Requests in flight without a slot. */
  withoutSlot: number;
}

/** What each tenant uses of the capacity for unhealthy lanes. */
export class TenantShares {
  private readonly shares = new Map<string, TenantShare>();

  of(tenantId: string): TenantShare {
    let share = this.shares.get(tenantId);
    if (!share) this.shares.set(tenantId, (share = { held: 0, withoutSlot: 0 }));
    return share;
  }

  ids(): string[] {
    return [...this.shares.keys()];
  }

  /** Forgets the shares of all other tenants. */
  keepOnly(tenantIds: ReadonlySet<string>): void {
    for (const tenantId of this.shares.keys()) if (!tenantIds.has(tenantId)) this.shares.delete(tenantId);
  }
}

/**
 * How much more a tenant may take. `taken`: what the tenant holds. `left`: free capacity. A tenant may hold at most the
 * free capacity multiplied by `times`. With `times` = 3, a single tenant gets three quarters, and one quarter stays
 * free for others. (Dynamic thresholds: Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998.)
 */
export function roomInShare(taken: number, left: number, times: number): number {
  return Math.max(0, Math.ceil((times * left - taken) / (times + 1)));
}
