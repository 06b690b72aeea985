import type { Outcome } from '../send/outcome.js';
import type { Destination } from '../destinations/destination.js';

/** Lanes remembered at most: the list goes along with each look and each claim. */
const MAX_LANES_REMEMBERED = 1_000;

/**
 * Lanes of endpoints that nothing can be sent to until something stored is mended. None gets a turn while those of its
 * deliveries that were tried wait: a backlog of any size would else be claimed and given back again and again.
 */
export class BlockedLanes {
  private readonly until = new Map<string, number>();

  /** @param now a monotonic clock, ms */
  constructor(private readonly now: () => number) {}

  /** Its target has just been read. */
  unblock({ laneId, blockedReason: obstacle }: Destination): void {
    if (obstacle === null) this.until.delete(laneId);
  }

  /** Of a callback, the profile of that delivery alone may be what is missing. */
  block({ state, reason, delayMs, delivery: { destination: target } }: Outcome): void {
    if (state !== 'pending' || reason === null || target.endpointId === null) return;
    if (this.until.size < MAX_LANES_REMEMBERED || this.until.has(target.laneId))
      this.until.set(target.laneId, this.now() + delayMs);
  }

  /** Those whose time has not come. */
  ids(): string[] {
    const now = this.now();
    for (const [laneId, until] of this.until) if (until <= now) this.until.delete(laneId);
    return [...this.until.keys()];
  }
}
