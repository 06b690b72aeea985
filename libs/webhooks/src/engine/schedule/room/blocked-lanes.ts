/** The list is a parameter of each check for work and each claim, so it must stay short. */
const MAX_LANES_REMEMBERED = 1_000;

/**
 * Lanes whose stored data must be repaired before anything can be sent. After a delivery is returned to its lane, the lane
 * is skipped until the delivery is due again. Otherwise the whole backlog would be claimed and returned again and again.
 */
export class BlockedLanes {
  private readonly blockedUntil = new Map<string, number>();

  /** @param now a monotonic clock (ms) */
  constructor(private readonly now: () => number) {}

  /** Blocks a lane for `ms` from now. Does nothing if the list is full. */
  block(laneId: string, ms: number): void {
    if (this.blockedUntil.size < MAX_LANES_REMEMBERED || this.blockedUntil.has(laneId))
      this.blockedUntil.set(laneId, this.now() + ms);
  }

  unblock(laneId: string): void {
    this.blockedUntil.delete(laneId);
  }

  /** The lanes that are blocked now. */
  ids(): string[] {
    const now = this.now();
    for (const [laneId, until] of this.blockedUntil) if (until <= now) this.blockedUntil.delete(laneId);
    return [...this.blockedUntil.keys()];
  }
}
