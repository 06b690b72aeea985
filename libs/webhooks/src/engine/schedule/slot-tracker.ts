import type { LeasedDelivery } from '../destinations/leased-delivery.js';

/** A request without an answer for so long gives its slot to others, ms. */
export const HANG_AFTER_MS = 500;
/** The same of a lane without a recent success while others of that kind wait for a slot, ms. */
export const HANG_AFTER_MS_WHEN_CROWDED = 100;

interface Flight<Lane> {
  lane: Lane;
  startedAt: number;
}

/** Requests in flight. One that hangs holds its slot for a while only. */
export class SlotTracker<Lane> {
  /** Hold a slot; the oldest first. Those of lanes without a recent success stand apart. */
  private readonly proven = new Map<LeasedDelivery, Flight<Lane>>();
  private readonly unproven = new Map<LeasedDelivery, Flight<Lane>>();
  /** Hang, without a slot. */
  private readonly demoted = new Set<LeasedDelivery>();

  constructor(
    /** Requests without a slot at most: what is beyond keeps its slot. */
    private readonly mostAside: number,
  ) {}

  get size(): number {
    return this.slots + this.demoted.size;
  }

  /** Requests that hold a slot. */
  get slots(): number {
    return this.proven.size + this.unproven.size;
  }

  begin(delivery: LeasedDelivery, lane: Lane, proven: boolean): void {
    (proven ? this.proven : this.unproven).set(delivery, { lane, startedAt: performance.now() });
  }

  /** Answers whether it held a slot. */
  end(delivery: LeasedDelivery): boolean {
    this.demoted.delete(delivery);
    return this.proven.delete(delivery) || this.unproven.delete(delivery);
  }

  /** Takes the slots of requests that hang. `hurry`: others wait for those without a recent success. Answers the lane of each. */
  demoteHanging(hurry: boolean): Lane[] {
    return [
      ...this.setAsideOf(this.unproven, hurry ? HANG_AFTER_MS_WHEN_CROWDED : HANG_AFTER_MS),
      ...this.setAsideOf(this.proven, HANG_AFTER_MS),
    ];
  }

  /** Until there may be one to set aside, ms; `null`: none will be. */
  msUntilDemotion(hurry: boolean): number | null {
    if (this.slots === 0 || this.demoted.size >= this.mostAside) return null;
    const ends = [
      endOf(this.unproven, hurry ? HANG_AFTER_MS_WHEN_CROWDED : HANG_AFTER_MS),
      endOf(this.proven, HANG_AFTER_MS),
    ];
    return Math.max(0, Math.min(...ends) - performance.now());
  }

  private setAsideOf(flying: Map<LeasedDelivery, Flight<Lane>>, patience: number): Lane[] {
    const lanes: Lane[] = [];
    const before = performance.now() - patience;
    for (const [delivery, { lane, startedAt }] of flying) {
      if (startedAt > before || this.demoted.size >= this.mostAside) break;
      flying.delete(delivery);
      this.demoted.add(delivery);
      lanes.push(lane);
    }
    return lanes;
  }
}

function endOf<Lane>(flying: Map<LeasedDelivery, Flight<Lane>>, patience: number): number {
  const [oldest] = flying.values();
  return oldest ? oldest.startedAt + patience : Infinity;
}
