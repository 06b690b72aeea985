import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import { HANG_AFTER_MS, HANG_AFTER_MS_WHEN_CROWDED } from './lane-health.js';

interface Flight<Lane> {
  lane: Lane;
  startedAt: number;
}

/**
 * Requests in flight, and which of them hold a slot. A request that hangs loses its slot and continues. A request that is
 * expected to hang begins without a slot.
 */
export class SlotTracker<Lane> {
  /** Requests of healthy lanes that hold a slot, oldest first. */
  private readonly ofHealthy = new Map<LeasedDelivery, Flight<Lane>>();
  /** Requests of unhealthy lanes that hold a slot, oldest first. */
  private readonly ofUnhealthy = new Map<LeasedDelivery, Flight<Lane>>();
  private readonly withoutSlot = new Set<LeasedDelivery>();

  /** @param maxWithoutSlot maximum number of requests without a slot; beyond this number, hanging requests keep their slots */
  constructor(private readonly maxWithoutSlot: number) {}

  /** Requests in flight. */
  get size(): number {
    return this.slotsInUse + this.withoutSlot.size;
  }

  get slotsInUse(): number {
    return this.ofHealthy.size + this.ofUnhealthy.size;
  }

  /** A request with a slot begins. `isHealthy`: its lane is healthy. */
  begin(delivery: LeasedDelivery, lane: Lane, isHealthy: boolean): void {
    const flights = isHealthy ? this.ofHealthy : this.ofUnhealthy;
    flights.set(delivery, { lane, startedAt: performance.now() });
  }

  beginWithoutSlot(delivery: LeasedDelivery): void {
    this.withoutSlot.add(delivery);
  }

  /** Returns whether the request held a slot. */
  end(delivery: LeasedDelivery): boolean {
    this.withoutSlot.delete(delivery);
    return this.ofHealthy.delete(delivery) || this.ofUnhealthy.delete(delivery);
  }

  /**
   * Frees the slots of hanging requests. Returns the lane of each request.
   *
   * @param isCrowded whether lanes wait for a slot, or for other requests of their tenant to the same origin
   */
  takeSlotsOfHanging(isCrowded: boolean): Lane[] {
    return [
      ...this.takeSlotsOfOlder(this.ofUnhealthy, isCrowded ? HANG_AFTER_MS_WHEN_CROWDED : HANG_AFTER_MS),
      ...this.takeSlotsOfOlder(this.ofHealthy, HANG_AFTER_MS),
    ];
  }

  /** Time (ms) until the next request loses its slot because it hangs; `null`: no request will. */
  msUntilHanging(isCrowded: boolean): number | null {
    if (this.slotsInUse === 0 || this.withoutSlot.size >= this.maxWithoutSlot) return null;
    const dueAt = Math.min(
      hangTimeOf(this.ofUnhealthy, isCrowded ? HANG_AFTER_MS_WHEN_CROWDED : HANG_AFTER_MS),
      hangTimeOf(this.ofHealthy, HANG_AFTER_MS),
    );
    return Math.max(0, dueAt - performance.now());
  }

  private takeSlotsOfOlder(flights: Map<LeasedDelivery, Flight<Lane>>, ageMs: number): Lane[] {
    const lanes: Lane[] = [];
    const startedBefore = performance.now() - ageMs;
    for (const [delivery, { lane, startedAt }] of flights) {
      if (startedAt > startedBefore || this.withoutSlot.size >= this.maxWithoutSlot) break;
      flights.delete(delivery);
      this.withoutSlot.add(delivery);
      lanes.push(lane);
    }
    return lanes;
  }
}

/** When the oldest of these requests counts as hanging. */
function hangTimeOf<Lane>(flights: Map<LeasedDelivery, Flight<Lane>>, ageMs: number): number {
  const [oldest] = flights.values();
  return oldest ? oldest.startedAt + ageMs : Infinity;
}
