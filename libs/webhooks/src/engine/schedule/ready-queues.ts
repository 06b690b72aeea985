import type { Lane, LaneHealth } from './lane.js';

/** Deliveries of lanes that are not healthy that a worker holds at most, for each slot. */
const MAX_HELD_OF_OTHERS_PER_SLOT = 4;

/**
 * Lanes that are ready to send, one queue for each health, and what lanes of each health hold. Lanes that are not healthy
 * share a quarter of the slots, failing ones an eighth: requests that fail slowly must not take the slots of those that
 * succeed.
 */
export class ReadyQueues {
  /** Requests that hold a slot. */
  readonly slotsInUse: Record<LaneHealth, number> = { healthy: 0, untried: 0, failing: 0 };
  /** Deliveries that wait. */
  readonly waiting: Record<LaneHealth, number> = { healthy: 0, untried: 0, failing: 0 };
  /** Number of healthy lanes. */
  healthyLanes = 0;
  private readonly queues: Record<LaneHealth, Lane[]> = { healthy: [], untried: [], failing: [] };
  private picks = 0;

  constructor(private readonly slots: number) {}

  get waitingCount(): number {
    return this.waiting.healthy + this.waiting.untried + this.waiting.failing;
  }

  /** How many more deliveries of lanes that are not healthy may be held. */
  get roomForOthers(): number {
    const { slotsInUse, waiting } = this;
    const held = slotsInUse.untried + slotsInUse.failing + waiting.untried + waiting.failing;
    return Math.max(0, this.slots * MAX_HELD_OF_OTHERS_PER_SLOT - held);
  }

  /** Lanes that are not healthy wait for a slot. */
  get isCrowded(): boolean {
    return !this.hasSlotForOthers && this.queues.untried.length + this.queues.failing.length > 0;
  }

  enqueue(lane: Lane): void {
    lane.isQueued = true;
    this.queues[lane.health].push(lane);
  }

  dequeue(lane: Lane): void {
    if (!lane.isQueued) return;
    const { health } = lane;
    this.queues[health] = this.queues[health].filter((each) => each !== lane);
    lane.isQueued = false;
  }

  /** Takes out the lane that sends next. */
  next(): Lane | undefined {
    const lane = this.pick();
    if (lane) lane.isQueued = false;
    return lane;
  }

  /** Moves the lane's counts to its new health. If that changes, the lane is taken out of its queue. */
  changeHealth(lane: Lane, health: LaneHealth): void {
    const before = lane.health;
    if (before === health) return;
    const slots = lane.inFlight - lane.demoted;
    this.slotsInUse[before] -= slots;
    this.slotsInUse[health] += slots;
    this.waiting[before] -= lane.waiting.length;
    this.waiting[health] += lane.waiting.length;
    this.dequeue(lane);
    this.forget(lane);
    lane.health = health;
    if (health === 'healthy') this.healthyLanes++;
  }

  /** Removes the lane from the number of healthy lanes. */
  forget(lane: Lane): void {
    if (lane.health === 'healthy') this.healthyLanes--;
  }

  /** Lanes that are not healthy go first, up to their share of the slots: healthy ones alone could keep all slots for ever. */
  private pick(): Lane | undefined {
    const { healthy, untried, failing } = this.queues;
    const mayTry = this.hasSlotForOthers;
    const mayRetry = mayTry && this.slotsInUse.failing < Math.max(1, this.slots >> 3);
    const failingFirst = mayRetry && ++this.picks % 4 === 0;
    return (
      (failingFirst ? failing.shift() : undefined) ??
      (mayTry ? untried.shift() : undefined) ??
      healthy.shift() ??
      (mayRetry ? failing.shift() : undefined)
    );
  }

  private get hasSlotForOthers(): boolean {
    return this.slotsInUse.untried + this.slotsInUse.failing < Math.max(1, this.slots >> 2);
  }
}
