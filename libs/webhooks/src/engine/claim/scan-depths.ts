import { largeBytesOf } from '../../store/lane-rules.js';
import type { ClaimedDelivery, LaneClaim } from '../../store/lane-store.js';

/**
 * Maximum number of due deliveries that a claim examines per lane. Later deliveries are found after some of these have
 * ended, or after `advanceUnheld` has moved the later deliveries to the front.
 */
export const MAX_DEPTH = 4_096;
/** Maximum number of lanes to remember. Beyond this number, all lanes start again at the smallest depth. */
const MAX_LANES_REMEMBERED = 10_000;
/** Factor by which the depth grows after a claim that found too little. */
const GROWTH = 16;

/** Lanes from which a claim got nothing. */
export interface StuckLanes {
  /** Lanes in which subject order holds back all deliveries that the claim examined. */
  heldBack: string[];
  /** Lanes that a later claim would not examine any deeper: subject order or the lane's own limits hold back what is due. */
  stuck: string[];
  /** The stuck lanes that may hold more than {@link MAX_DEPTH} due deliveries. */
  unreached: string[];
}

/**
 * Decides how many due deliveries a claim examines in each lane. Subject order may hold back many deliveries in a row, all
 * of one subject. If a claim finds less than half of what it may take, the next claim examines 16 times as many deliveries,
 * up to {@link MAX_DEPTH}. Otherwise the depth is halved.
 */
export class ScanDepths {
  /** Depths of lanes that need more than the smallest depth. */
  private readonly depths = new Map<string, number>();

  constructor(private readonly maxLanes = MAX_LANES_REMEMBERED) {}

  /** The lanes in which the next claim examines up to {@link MAX_DEPTH} deliveries. */
  deepest(): string[] {
    return [...this.depths].flatMap(([laneId, depth]) => (depth >= MAX_DEPTH ? [laneId] : []));
  }

  /** `count`: deliveries that the claim may take from the lane. */
  depthFor(laneId: string, count: number): number {
    return Math.max(minDepthFor(count), this.depths.get(laneId) ?? 0);
  }

  /** Adapts the depths to what a claim has found. Returns the lanes from which it got nothing. */
  learn(claims: readonly LaneClaim[], claimed: readonly ClaimedDelivery[]): StuckLanes {
    if (this.depths.size > this.maxLanes) this.depths.clear();
    const found = new Map<string, number>();
    const bytes = new Map<string, number>();
    for (const { laneId, body } of claimed) {
      found.set(laneId, (found.get(laneId) ?? 0) + 1);
      bytes.set(laneId, (bytes.get(laneId) ?? 0) + largeBytesOf(body));
    }
    const heldBack: string[] = [];
    const stuck: string[] = [];
    const unreached: string[] = [];
    for (const { lane, count, maxBytes, depth } of claims) {
      const { laneId, ordering } = lane;
      const foundCount = found.get(laneId) ?? 0;
      // If the count is 0 because the claim's budget has no room for the lane, nothing was examined. If the count is 0
      // because of the lane's own limits, the lane cannot yield more now.
      const wasSeen = count > 0 ? ordering === 'none' || depth >= MAX_DEPTH : lane.allowance === 0;
      // A failing lane may be due (see `FAILING_LANE_STEP_MS`) although none of its deliveries is due. So an empty claim does
      // not show that order held anything back.
      if (foundCount === 0 && count > 0 && ordering !== 'none' && !lane.isFailing) heldBack.push(laneId);
      if (foundCount === 0 && wasSeen) stuck.push(laneId);
      if (foundCount === 0 && wasSeen && count > 0 && ordering !== 'none') unreached.push(laneId);
      if (count === 0 || ordering === 'none') continue;
      // If the bodies take up half of `maxBytes`, the claim was limited by their size, and not by its depth.
      const wasEnough = foundCount * 2 >= count || (bytes.get(laneId) ?? 0) * 2 >= maxBytes;
      const nextDepth = wasEnough ? depth >> 1 : Math.min(depth * GROWTH, MAX_DEPTH);
      if (nextDepth > minDepthFor(count)) this.depths.set(laneId, nextDepth);
      else this.depths.delete(laneId);
    }
    return { heldBack, stuck, unreached };
  }
}

/** The smallest depth: more than twice the number of deliveries that the claim may take. */
function minDepthFor(count: number): number {
  return count * 2 + 16;
}
