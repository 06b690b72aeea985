/** What one tenant takes of what unhealthy lanes share. */
export interface TenantShare {
  /** Deliveries of such lanes that wait or hold a slot. */
  held: number;
  /** Requests in flight without a slot. */
  withoutSlot: number;
}

/**
 * Shares between tenants what their unhealthy lanes may hold. A tenant may take so many times what is left: three
 * times, and alone it gets three quarters, while every other tenant finds room. (Dynamic thresholds: Choudhury and Hahne, IEEE/ACM
 * Transactions on Networking 6(2), 1998.)
 */
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

/** How much more a tenant may take that has taken `taken`, if `left` is left for all and it may take `times` as much. */
export function roomInShare(taken: number, left: number, times: number): number {
  return Math.max(0, Math.ceil((times * left - taken) / (times + 1)));
}

/** Whether requests of a tenant have a place if they hang, if `left` places are left for all. */
export function mayHang({ withoutSlot }: TenantShare, left: number): boolean {
  return roomInShare(withoutSlot, left, 3) > 0;
}
