import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import {
  cautiousWindow,
  initialWindow,
  windowAfterFailure,
  windowAfterSuccess,
  windowWhileFailing,
} from './concurrency-window.js';
import { KnownLanes } from './known-lanes.js';
import type { Lane } from './lane.js';
import { LaneCounts } from './lane-counts.js';
import { healthAfter } from './lane-health.js';
import { OriginShares } from './shares/origin-shares.js';
import { ReadyQueues } from './ready-queues.js';
import { SlotTracker } from './slot-tracker.js';
import { TenantShares } from './shares/tenant-shares.js';
import { WorkerRoom } from './room/worker-room.js';

/** Maximum number of requests in flight without a slot, divided by the worker's number of slots. */
export const MAX_WITHOUT_SLOT_PER_SLOT = 7;

/** Limits (requests). Those that depend on the number of workers are functions. */
export interface SchedulerLimits {
  slots: number;
  /**
   * Maximum number of requests in flight per lane. One tenant's requests to one origin may hold at most this number of
   * slots.
   */
  maxInFlight: () => number;
  /**
   * Maximum number of requests without a slot from one tenant to one origin. At this limit, the tenant's unhealthy lanes
   * to this origin send nothing more.
   */
  maxHanging: () => number;
  /** Maximum number of requests in flight of a lane that keeps failing slowly. */
  failingWindow: number;
}

/**
 * Decides which lane of this worker sends next.
 * - Lanes take turns: each sends one request in its turn.
 * - Unhealthy lanes share a quarter of the slots; failing lanes get at most half of these. Tenants take turns in the queues
 *   of unhealthy lanes.
 * - A request that hangs loses its slot after half a second at most. A healthy lane is then limited to its current number
 *   of requests. An unhealthy lane becomes `hanging`: it may have at most `failingWindow` requests in flight, and new
 *   requests take no slot.
 * - No lane exceeds its window, and no tenant exceeds its share of one origin.
 */
export class LaneScheduler {
  /** How many deliveries may be leased. */
  readonly room: WorkerRoom;
  private readonly counts: LaneCounts;
  private readonly queues: ReadyQueues;
  private readonly flights: SlotTracker<Lane>;
  private readonly origins: OriginShares<Lane>;
  private readonly lanes: KnownLanes;
  /** Deliveries that are no longer in flight and not recorded yet. */
  private readonly unrecorded = new Set<LeasedDelivery>();

  constructor(private readonly limits: SchedulerLimits) {
    const { slots, maxInFlight, failingWindow } = limits;
    const maxWithoutSlot = slots * MAX_WITHOUT_SLOT_PER_SLOT;
    this.counts = new LaneCounts(maxWithoutSlot);
    this.queues = new ReadyQueues(this.counts, slots);
    this.flights = new SlotTracker(maxWithoutSlot);
    this.origins = new OriginShares(limits);
    const tenants = new TenantShares();
    this.lanes = new KnownLanes(this.counts, this.origins, tenants, (isHealthy) =>
      initialWindow(isHealthy, maxInFlight(), failingWindow),
    );
    this.room = new WorkerRoom(this.lanes, this.counts, tenants, { slots, failingWindow });
  }

  /** Deliveries that wait in this process. */
  get waitingCount(): number {
    return this.counts.waitingCount;
  }

  get inFlight(): number {
    return this.flights.size;
  }

  /** `origin`: the origin of the URL that the delivery goes to. */
  add(delivery: LeasedDelivery, origin: string): void {
    const lane = this.lanes.update(delivery.destination, origin);
    if (delivery.isExclusive && (lane.health === 'healthy' || lane.health === 'untried')) {
      this.queues.changeHealth(lane, 'failing'); // other workers have seen it fail
      lane.window = this.limits.failingWindow;
    }
    lane.waiting.push(delivery);
    this.counts.changeWaiting(lane, 1);
    this.enqueueIfReady(lane);
  }

  /** Returns the delivery to send next, which is now in flight; `null`: no delivery may be sent. */
  next(): LeasedDelivery | null {
    const lane = this.counts.slotsInUseCount < this.limits.slots ? this.nextLane() : null;
    if (!lane) return null;
    const delivery = lane.waiting.shift()!;
    this.counts.changeWaiting(lane, -1);
    if (this.counts.begin(lane)) this.flights.begin(delivery, lane, lane.health === 'healthy');
    else this.flights.beginWithoutSlot(delivery);
    this.enqueueIfReady(lane);
    return delivery;
  }

  /**
   * The delivery is no longer in flight.
   *
   * @param status of the response; `null`: there was no response; `undefined`: nothing was sent
   */
  finish(
    delivery: LeasedDelivery,
    success: boolean,
    status: number | null | undefined,
    durationMs: number,
  ): void {
    const lane = this.lanes.get(delivery.destination.laneId)!;
    this.unrecorded.add(delivery);
    lane.unrecorded++;
    this.counts.end(lane, this.flights.end(delivery));
    if (status !== undefined) this.learn(lane, success, status, durationMs);
    this.room.noteRoom(lane);
    this.enqueueIfReady(lane);
    this.enqueueNextOfShare(lane);
  }

  /** The outcome is recorded. */
  settle(delivery: LeasedDelivery): void {
    const lane = this.lanes.get(delivery.destination.laneId);
    if (!this.unrecorded.delete(delivery) || !lane) return;
    lane.unrecorded--;
    this.room.noteRoom(lane);
  }

  /** Frees the slots of hanging requests. Takes out and returns the deliveries that wait in the lanes of these requests. */
  takeSlotsOfHanging(): LeasedDelivery[] {
    return this.flights.takeSlotsOfHanging(this.isCrowded).flatMap((lane) => {
      this.counts.freeSlot(lane);
      if (lane.health === 'healthy') lane.window = Math.max(1, Math.min(lane.window, lane.inFlight));
      else {
        this.queues.changeHealth(lane, 'hanging');
        lane.window = Math.min(lane.window, this.limits.failingWindow);
      }
      const withdrawn = this.withdraw(lane.destination.laneId);
      this.room.noteRoom(lane);
      this.enqueueNextOfShare(lane);
      return withdrawn;
    });
  }

  /** Time (ms) until the next request loses its slot because it hangs; `null`: no request will. */
  get msUntilHanging(): number | null {
    return this.flights.msUntilHanging(this.isCrowded);
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
    this.counts.changeWaiting(lane, -waiting.length);
    lane.waiting = [];
    const leavesPlace = lane.isQueued;
    this.queues.dequeue(lane);
    this.origins.stopWaiting(lane);
    if (leavesPlace) this.enqueueNextOfShare(lane);
    return waiting;
  }

  /** Takes out and returns everything that waits. */
  clear(): LeasedDelivery[] {
    return [...this.lanes.all()].flatMap(([laneId]) => this.withdraw(laneId));
  }

  private get isCrowded(): boolean {
    return this.queues.isCrowded || this.origins.hasWaiting;
  }

  private nextLane(): Lane | null {
    for (;;) {
      const lane = this.queues.next();
      if (!lane) return null;
      if (!this.origins.isFullFor(lane)) return lane;
      this.origins.wait(lane); // other lanes have filled the share since this lane was queued
    }
  }

  private enqueueIfReady(lane: Lane): void {
    if (lane.isQueued || lane.isClosed || lane.waiting.length === 0 || lane.inFlight >= this.windowOf(lane))
      return;
    if (this.origins.isFullFor(lane)) this.origins.wait(lane);
    else this.queues.enqueue(lane);
  }

  /** Gives a free place in the share of an origin to the lane that has waited longest for a place. */
  private enqueueNextOfShare({ originShare }: Lane): void {
    for (const waiting of originShare.waitingLanes) {
      if (this.origins.isFullFor(waiting)) continue;
      this.origins.stopWaiting(waiting);
      this.enqueueIfReady(waiting);
      // A lane whose requests hang does not take the place.
      if (waiting.isQueued && waiting.health !== 'hanging') break;
    }
  }

  private learn(lane: Lane, success: boolean, status: number | null, durationMs: number): void {
    const { maxInFlight, failingWindow } = this.limits;
    const before = lane.health;
    const health = healthAfter(success, durationMs);
    this.queues.changeHealth(lane, health);
    if (success) {
      lane.lastSuccessAt = performance.now();
      lane.window = windowAfterSuccess(lane.window, durationMs, maxInFlight());
    } else if (health === 'failing' && (before === 'failing' || before === 'hanging'))
      lane.window = windowWhileFailing(lane.window, failingWindow);
    else lane.window = windowAfterFailure(lane.window, status, failingWindow);
  }

  private windowOf(lane: Lane): number {
    const manyHang = this.counts.withoutSlot > this.limits.slots;
    return manyHang ? cautiousWindow(lane.window, lane.lastSuccessAt) : lane.window;
  }
}
