import type { ClaimedDelivery, LaneClaim } from '../../store/postgres/claim/lease-deliveries.js';

/** More than this is never looked at in one turn: what is held back behind so many waits for some of them to end. */
const MAX_DEPTH = 4_096;
/** Lanes remembered at most: beyond it all begin anew. */
const MAX_LANES_REMEMBERED = 10_000;
/** How much deeper to look after a turn that found too little. */
const GROWTH = 16;

/**
 * How many due deliveries of a lane to look at. Order may hold back many in a row, all of one subject: a lane whose turn
 * brought less than half of what it could take is looked into deeper the next time, and less deep again once that helped.
 */
export class ScanDepths {
  /** Of lanes that need more than the others. */
  private readonly depths = new Map<string, number>();

  depthFor(laneId: string, take: number): number {
    return Math.max(minDepthFor(take), this.depths.get(laneId) ?? 0);
  }

  /** Returns the lanes that gave nothing, however deep one looks: all that is due there is held back. */
  learn(takes: readonly LaneClaim[], rows: readonly ClaimedDelivery[]): string[] {
    if (this.depths.size > MAX_LANES_REMEMBERED) this.depths.clear();
    const found = new Map<string, number>();
    for (const { lane_id } of rows) found.set(lane_id, (found.get(lane_id) ?? 0) + 1);
    const exhausted: string[] = [];
    for (const { turn, take, look } of takes) {
      const count = found.get(turn.laneId) ?? 0;
      if (count === 0 && (take === 0 || turn.ordering === 'none' || look >= MAX_DEPTH))
        exhausted.push(turn.laneId);
      if (take === 0 || turn.ordering === 'none') continue;
      const enough = count * 2 >= take;
      const depth = enough ? look >> 1 : Math.min(look * GROWTH, MAX_DEPTH);
      if (depth > minDepthFor(take)) this.depths.set(turn.laneId, depth);
      else this.depths.delete(turn.laneId);
    }
    return exhausted;
  }
}

/** A few more than are taken. */
function minDepthFor(take: number): number {
  return take * 2 + 16;
}
