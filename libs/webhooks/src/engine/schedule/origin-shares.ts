/** What one tenant has in flight at one origin, over all its lanes there. */
export interface OriginShare<Lane> {
  inFlight: number;
  /** Lanes that could send if the share were not full. */
  waitingLanes: Set<Lane>;
}

/** Limits each tenant at each origin: one customer with many webhooks on one server must not take all slots. */
export class OriginShares<Lane extends { originShare: OriginShare<Lane> }> {
  private readonly shares = new Map<string, OriginShare<Lane>>();

  /** @param maxInFlight requests in flight of one share. It changes with the number of workers */
  constructor(private readonly maxInFlight: () => number) {}

  shareOf(tenantId: string, origin: string): OriginShare<Lane> {
    const key = `${tenantId} ${origin}`;
    let share = this.shares.get(key);
    if (!share) this.shares.set(key, (share = { inFlight: 0, waitingLanes: new Set() }));
    return share;
  }

  isFull({ inFlight }: OriginShare<Lane>): boolean {
    return inFlight >= this.maxInFlight();
  }

  /** Forgets the shares that none of these lanes has. */
  keepOnly(lanes: Iterable<Lane>): void {
    const used = new Set<OriginShare<Lane>>();
    for (const { originShare } of lanes) used.add(originShare);
    for (const [key, share] of this.shares) if (!used.has(share)) this.shares.delete(key);
  }
}
