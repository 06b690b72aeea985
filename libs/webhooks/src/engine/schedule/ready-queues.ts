import type { Lane, LaneHealth } from './lane.js';

/** Deliveries of lanes without a recent success that a worker holds at most, for each slot. */
const HELD_UNPROVEN = 4;

/**
 * What lanes hold by how they stand, and which are ready to send. Lanes without a recent success share a quarter of the
 * slots, failing ones an eighth.
 */
export class ReadyQueues {
  /** Requests that hold a slot. */
  readonly slotsInUse: Record<LaneHealth, number> = { good: 0, fresh: 0, failing: 0 };
  /** Deliveries that wait. */
  readonly queued: Record<LaneHealth, number> = { good: 0, fresh: 0, failing: 0 };
  /** Lanes in good standing. */
  proven = 0;
  private readonly ready: Record<LaneHealth, Lane[]> = { good: [], fresh: [], failing: [] };
  private picks = 0;

  constructor(private readonly slots: number) {}

  get waiting(): number {
    return this.queued.good + this.queued.fresh + this.queued.failing;
  }

  /** How many more deliveries of lanes without a recent success may be held. */
  get unprovenRoom(): number {
    const { slotsInUse: busy, queued } = this;
    const held = busy.fresh + busy.failing + queued.fresh + queued.failing;
    return Math.max(0, this.slots * HELD_UNPROVEN - held);
  }

  /** Such lanes wait for a slot. */
  get unprovenWait(): boolean {
    return !this.mayTry && this.ready.fresh.length + this.ready.failing.length > 0;
  }

  enqueue(lane: Lane): void {
    lane.isQueued = true;
    this.ready[lane.health].push(lane);
  }

  dequeue(lane: Lane): void {
    if (!lane.isQueued) return;
    const { health: standing } = lane;
    this.ready[standing] = this.ready[standing].filter((each) => each !== lane);
    lane.isQueued = false;
  }

  /** Takes off the lane that is next. Those that have their share come first: proven lanes alone could keep all slots for ever. */
  next(): Lane | undefined {
    const lane = this.pick();
    if (lane) lane.isQueued = false;
    return lane;
  }

  /** What is in flight and waits of a lane counts where it stands now, and it queues there. */
  changeHealth(lane: Lane, standing: LaneHealth): void {
    const before = lane.health;
    if (before === standing) return;
    const slots = lane.inFlight - lane.demoted;
    this.slotsInUse[before] -= slots;
    this.slotsInUse[standing] += slots;
    this.queued[before] -= lane.waiting.length;
    this.queued[standing] += lane.waiting.length;
    this.dequeue(lane);
    this.forget(lane);
    lane.health = standing;
    if (standing === 'good') this.proven++;
  }

  /** The lane stands as it stood no longer. */
  forget(lane: Lane): void {
    if (lane.health === 'good') this.proven--;
  }

  private pick(): Lane | undefined {
    const { good, fresh, failing } = this.ready;
    const { mayTry } = this;
    const mayRetry = mayTry && this.slotsInUse.failing < Math.max(1, this.slots >> 3);
    const retriesFirst = mayRetry && ++this.picks % 4 === 0;
    return (
      (retriesFirst ? failing.shift() : undefined) ??
      (mayTry ? fresh.shift() : undefined) ??
      good.shift() ??
      (mayRetry ? failing.shift() : undefined)
    );
  }

  /** Lanes without a recent success have not used up their share of the slots. */
  private get mayTry(): boolean {
    return this.slotsInUse.fresh + this.slotsInUse.failing < Math.max(1, this.slots >> 2);
  }
}
