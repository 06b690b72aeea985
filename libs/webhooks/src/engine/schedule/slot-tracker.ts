import type { LeasedDelivery } from '../destinations/leased-delivery.js';

/** A request without a response for this long gives its slot to others. */
export const HANG_AFTER_MS = 500;
/** The same for a lane that is not healthy, while others of that kind wait for a slot. */
export const HANG_AFTER_MS_WHEN_CROWDED = 100;

interface Flight<Lane> {
  lane: Lane;
  startedAt: number;
}

/** Requests in flight, and which of them hold a slot. One that hangs is demoted: it loses its slot and continues. */
export class SlotTracker<Lane> {
  /** Hold a slot, oldest first. */
  private readonly ofHealthy = new Map<LeasedDelivery, Flight<Lane>>();
  private readonly ofOthers = new Map<LeasedDelivery, Flight<Lane>>();
  /** Hang, without a slot. */
  private readonly demoted = new Set<LeasedDelivery>();

  /** @param maxDemoted requests without a slot at most. Others that hang keep their slot */
  constructor(private readonly maxDemoted: number) {}

  /** Requests in flight. */
  get size(): number {
    return this.slotsInUse + this.demoted.size;
  }

  get slotsInUse(): number {
    return this.ofHealthy.size + this.ofOthers.size;
  }

  begin(delivery: LeasedDelivery, lane: Lane, isHealthy: boolean): void {
    const flights = isHealthy ? this.ofHealthy : this.ofOthers;
    flights.set(delivery, { lane, startedAt: performance.now() });
  }

  /** Returns whether the request held a slot. */
  end(delivery: LeasedDelivery): boolean {
    this.demoted.delete(delivery);
    return this.ofHealthy.delete(delivery) || this.ofOthers.delete(delivery);
  }

  /**
   * Takes the slots of requests that hang, and returns the lane of each.
   *
   * @param isCrowded lanes that are not healthy wait for a slot
   */
  demoteHanging(isCrowded: boolean): Lane[] {
    return [
      ...this.demoteOlder(this.ofOthers, isCrowded ? HANG_AFTER_MS_WHEN_CROWDED : HANG_AFTER_MS),
      ...this.demoteOlder(this.ofHealthy, HANG_AFTER_MS),
    ];
  }

  /** Milliseconds until the next request may be demoted; `null`: none will be. */
  msUntilDemotion(isCrowded: boolean): number | null {
    if (this.slotsInUse === 0 || this.demoted.size >= this.maxDemoted) return null;
    const dueAt = Math.min(
      demotionOf(this.ofOthers, isCrowded ? HANG_AFTER_MS_WHEN_CROWDED : HANG_AFTER_MS),
      demotionOf(this.ofHealthy, HANG_AFTER_MS),
    );
    return Math.max(0, dueAt - performance.now());
  }

  private demoteOlder(flights: Map<LeasedDelivery, Flight<Lane>>, ageMs: number): Lane[] {
    const lanes: Lane[] = [];
    const startedBefore = performance.now() - ageMs;
    for (const [delivery, { lane, startedAt }] of flights) {
      if (startedAt > startedBefore || this.demoted.size >= this.maxDemoted) break;
      flights.delete(delivery);
      this.demoted.add(delivery);
      lanes.push(lane);
    }
    return lanes;
  }
}

/** When the oldest of these is due to be demoted. */
function demotionOf<Lane>(flights: Map<LeasedDelivery, Flight<Lane>>, ageMs: number): number {
  const [oldest] = flights.values();
  return oldest ? oldest.startedAt + ageMs : Infinity;
}
