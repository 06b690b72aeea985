import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import { ClaimBudget, type LaneCapacity } from './claim-budget.js';
import {
  cautiousWindow,
  INITIAL_WINDOW,
  windowAfterFailure,
  windowAfterSuccess,
} from './concurrency-window.js';
import type { HeldBodies } from './held-bodies.js';
import { KnownLanes } from './known-lanes.js';
import { capacityOf, type Lane } from './lane.js';
import { OriginShares } from './origin-shares.js';
import { ReadyQueues } from './ready-queues.js';
import { SlotTracker } from './slot-tracker.js';

/** Requests that hang and hold no slot, at most, for each slot. */
export const MAX_DEMOTED_PER_SLOT = 7;
/** Deliveries that a worker holds, at most, for each slot: enough to send while the next batch is relayed. */
const MAX_HELD_PER_SLOT = 24;
/** A lane that holds more than this share of its capacity is not claimed from. */
const FULL_SHARE = 0.75;

/**
 * Decides which lane of this worker sends next.
 * - Lanes send one request after the other, in rotation.
 * - Lanes that are not healthy share a quarter of the slots, failing ones an eighth.
 * - A request that hangs keeps its slot for half a second. Its lane then sends no more at once than it has in flight.
 * - No lane exceeds its window, and no tenant its share of one origin.
 */
export class LaneScheduler implements LaneCapacity {
  private readonly queues: ReadyQueues;
  private readonly flights: SlotTracker<Lane>;
  private readonly shares: OriginShares<Lane>;
  private readonly lanes: KnownLanes;
  /** What {@link unclaimableLanes} returned last. */
  private unclaimable = new Set<string>();
  /** At that time there was no room for lanes that are not healthy. */
  private othersUnclaimable = false;
  private roomFreed = false;

  /** @param maxInFlight requests in flight of one lane, and of one tenant at one origin */
  constructor(
    private readonly slots: number,
    private readonly maxInFlight: () => number,
  ) {
    this.queues = new ReadyQueues(slots);
    this.flights = new SlotTracker(slots * MAX_DEMOTED_PER_SLOT);
    this.shares = new OriginShares(maxInFlight);
    this.lanes = new KnownLanes(this.queues, this.shares, maxInFlight);
  }

  /** Deliveries that wait in this process. */
  get waitingCount(): number {
    return this.queues.waitingCount;
  }

  get inFlight(): number {
    return this.flights.size;
  }

  /** How many more deliveries this worker may lease. */
  get claimableCount(): number {
    return Math.max(0, this.slots * MAX_HELD_PER_SLOT - this.waitingCount - this.flights.slotsInUse);
  }

  /** How many deliveries are worth relaying: while no lane is healthy, only what other lanes may take. */
  get relayableCount(): number {
    const { healthyLanes, roomForOthers } = this.queues;
    return healthyLanes > 0 ? this.claimableCount : Math.min(this.claimableCount, roomForOthers);
  }

  /** A claim is worth its cost: there is room for many deliveries, or nothing to send. */
  get shouldClaim(): boolean {
    return this.queues.roomForOthers >= this.slots * 2 || this.waitingCount === 0;
  }

  /**
   * What may be leased now, except `less` deliveries. A claim leaves some room for lanes that are not healthy to the
   * relay: their new events must not wait behind the backlogs of all others.
   */
  openBudget(less: number, forClaim: boolean, bodies: HeldBodies): ClaimBudget {
    const roomForOthers = this.queues.roomForOthers - (forClaim ? this.slots : 0);
    const left = Math.max(0, this.claimableCount - less);
    return new ClaimBudget(this, bodies.copy(), left, Math.max(0, roomForOthers));
  }

  freeCapacityOf(laneId: string): number {
    const lane = this.lanes.get(laneId);
    if (!lane) return INITIAL_WINDOW;
    return lane.isClosed ? 0 : Math.max(0, capacityOf(lane) - lane.inFlight - lane.waiting.length);
  }

  isHealthy(laneId: string): boolean {
    return this.lanes.get(laneId)?.health === 'healthy';
  }

  /** Lanes that are not worth a claim now: they have most of what they can hold. */
  unclaimableLanes(): string[] {
    this.othersUnclaimable = this.queues.roomForOthers <= this.slots; // the rest is left to the relay
    this.unclaimable.clear();
    if (this.waitingCount + this.inFlight === 0) return [];
    for (const [laneId, lane] of this.lanes.all()) {
      const isFull = lane.inFlight + lane.waiting.length > capacityOf(lane) * FULL_SHARE;
      if (isFull || (this.othersUnclaimable && lane.health !== 'healthy')) this.unclaimable.add(laneId);
    }
    return [...this.unclaimable];
  }

  /** Returns whether a lane that was unclaimable has room again since the last call. */
  takeRoomFreed(): boolean {
    const freed = this.roomFreed;
    this.roomFreed = false;
    return freed;
  }

  /** `origin`: of the URL that the delivery goes to. */
  add(delivery: LeasedDelivery, origin: string): void {
    const lane = this.lanes.update(delivery.destination, origin);
    lane.waiting.push(delivery);
    this.queues.waiting[lane.health]++;
    this.enqueueIfReady(lane);
  }

  /** Returns the delivery to send next, which is now in flight; `null`: none may be sent. */
  next(): LeasedDelivery | null {
    const lane = this.flights.slotsInUse < this.slots ? this.nextLane() : null;
    if (!lane) return null;
    const delivery = lane.waiting.shift()!;
    this.queues.waiting[lane.health]--;
    lane.inFlight++;
    lane.originShare.inFlight++;
    this.queues.slotsInUse[lane.health]++;
    this.flights.begin(delivery, lane, lane.health === 'healthy');
    this.enqueueIfReady(lane);
    return delivery;
  }

  /**
   * The delivery is no longer in flight.
   *
   * @param status of the response; `null`: there was none; `undefined`: nothing was sent
   */
  finish(
    delivery: LeasedDelivery,
    success: boolean,
    status: number | null | undefined,
    durationMs: number,
  ): void {
    const { laneId } = delivery.destination;
    const lane = this.lanes.get(laneId)!;
    lane.inFlight--;
    lane.originShare.inFlight--;
    if (this.flights.end(delivery)) this.queues.slotsInUse[lane.health]--;
    else lane.demoted--;
    if (status !== undefined) this.learn(lane, success, status, durationMs);
    this.roomFreed ||= this.unclaimable.has(laneId) || (this.othersUnclaimable && lane.health !== 'healthy');
    this.enqueueIfReady(lane);
    const { originShare } = lane;
    for (const waiting of originShare.waitingLanes) {
      if (this.shares.isFull(originShare)) break;
      originShare.waitingLanes.delete(waiting);
      this.enqueueIfReady(waiting);
      if (waiting.isQueued) break;
    }
  }

  /** Takes the slots of requests that hang. Takes out and returns what waited in their lanes. */
  demoteHanging(): LeasedDelivery[] {
    return this.flights.demoteHanging(this.queues.isCrowded).flatMap((lane) => {
      this.roomFreed ||= this.othersUnclaimable;
      this.queues.slotsInUse[lane.health]--;
      lane.demoted++;
      lane.window = Math.max(1, Math.min(lane.window, lane.inFlight));
      return this.withdraw(lane.destination.laneId);
    });
  }

  /** Milliseconds until the next request may be demoted; `null`: none will be. */
  get msUntilDemotion(): number | null {
    return this.flights.msUntilDemotion(this.queues.isCrowded);
  }

  /** Sends nothing more to a lane until it is reopened. Takes out and returns what waited. */
  close(laneId: string): LeasedDelivery[] {
    const lane = this.lanes.get(laneId);
    if (lane) lane.isClosed = true;
    return this.withdraw(laneId);
  }

  /** Takes out and returns what came while the lane was closed. */
  reopen(laneId: string): LeasedDelivery[] {
    const lane = this.lanes.get(laneId);
    if (lane) lane.isClosed = false;
    return this.withdraw(laneId);
  }

  /** Takes out and returns what waits in one lane. */
  withdraw(laneId: string): LeasedDelivery[] {
    const lane = this.lanes.get(laneId);
    if (!lane || lane.waiting.length === 0) return [];
    const { waiting } = lane;
    lane.waiting = [];
    this.queues.waiting[lane.health] -= waiting.length;
    this.queues.dequeue(lane);
    lane.originShare.waitingLanes.delete(lane);
    return waiting;
  }

  /** Takes out and returns everything that waits. */
  clear(): LeasedDelivery[] {
    return [...this.lanes.all()].flatMap(([laneId]) => this.withdraw(laneId));
  }

  private nextLane(): Lane | null {
    for (;;) {
      const lane = this.queues.next();
      if (!lane) return null;
      if (!this.shares.isFull(lane.originShare)) return lane;
      // Other lanes have filled the share since this one was queued.
      lane.originShare.waitingLanes.add(lane);
    }
  }

  private enqueueIfReady(lane: Lane): void {
    if (lane.isQueued || lane.isClosed || lane.waiting.length === 0 || lane.inFlight >= this.windowOf(lane))
      return;
    if (this.shares.isFull(lane.originShare)) lane.originShare.waitingLanes.add(lane);
    else this.queues.enqueue(lane);
  }

  private learn(lane: Lane, success: boolean, status: number | null, durationMs: number): void {
    this.queues.changeHealth(lane, success ? 'healthy' : 'failing');
    if (success) lane.lastSuccessAt = performance.now();
    lane.window = success
      ? windowAfterSuccess(lane.window, durationMs, this.maxInFlight())
      : windowAfterFailure(lane.window, status);
  }

  private windowOf(lane: Lane): number {
    const manyHang = this.inFlight - this.flights.slotsInUse > this.slots;
    return manyHang ? cautiousWindow(lane.window, lane.lastSuccessAt) : lane.window;
  }
}
