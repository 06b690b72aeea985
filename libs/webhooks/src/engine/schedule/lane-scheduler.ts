import { SlotTracker } from './slot-tracker.js';
import type { Lane, OriginShare } from './lane.js';
import { ClaimBudget, type LaneCapacity } from './claim-budget.js';
import { ReadyQueues } from './ready-queues.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import {
  afterFailure,
  afterSuccess,
  cautiousWindow,
  INITIAL_WINDOW,
  firstWindow,
} from './concurrency-window.js';

/** Requests that hang and have lost their slot at most, for each slot. */
const MAX_DEMOTED_PER_SLOT = 7;
/** Deliveries that a worker holds at most, for each slot: enough to send while the next batch is relayed. */
const MAX_HELD_PER_SLOT = 24;
/** Lanes remembered without work; beyond it the longest unused are forgotten and start small again. */
const MAX_LANES_REMEMBERED = 20_000;

/**
 * This worker's view of the lanes it has work for: who may send next.
 * - Lanes take turns.
 * - Lanes without a recent success share a quarter of the slots, failing ones an eighth.
 * - A request that hangs holds its slot for half a second, and its lane sends no more at once than it has in flight.
 * - No lane passes its window; no tenant passes its share of one origin.
 */
export class LaneScheduler implements LaneCapacity {
  private readonly lanes = new Map<string, Lane>();
  private readonly shares = new Map<string, OriginShare>();
  private readonly flights: SlotTracker<Lane>;
  private readonly standings: ReadyQueues;
  /** What {@link fullLanes} answered last. */
  private full = new Set<string>();
  private unprovenFull = false;
  private roomMade = false;

  constructor(
    private readonly slots: number,
    /** Requests in flight of one lane, and of one tenant at one origin. */
    private readonly mostInFlight: () => number,
  ) {
    this.flights = new SlotTracker(slots * MAX_DEMOTED_PER_SLOT);
    this.standings = new ReadyQueues(slots);
  }

  /** Deliveries that wait in this process. */
  get waiting(): number {
    return this.standings.waiting;
  }

  get inFlight(): number {
    return this.flights.size;
  }

  /** How many more deliveries this worker may lease. */
  get room(): number {
    return Math.max(0, this.slots * MAX_HELD_PER_SLOT - this.waiting - this.flights.slots);
  }

  /** How many deliveries are worth relaying: while no lane has had a success yet, what such lanes may take. */
  get relayRoom(): number {
    return this.standings.proven > 0 ? this.room : Math.min(this.room, this.standings.unprovenRoom);
  }

  /** There is room for so many that a claim is worth its price, or nothing else to send. */
  get wantsTurns(): boolean {
    return this.standings.unprovenRoom >= this.slots * 2 || this.waiting === 0;
  }

  /**
   * The room there is but for `less` deliveries, to be handed out. A turn leaves some of the room of unproven lanes to
   * what is relayed: a new event of one of them must not wait behind the backlogs of all others.
   */
  openRoom(less: number, forTurns: boolean): ClaimBudget {
    const unproven = this.standings.unprovenRoom - (forTurns ? this.slots : 0);
    return new ClaimBudget(this, Math.max(0, this.room - less), Math.max(0, unproven));
  }

  /** How many more deliveries of a lane this worker may lease. */
  roomOf(laneId: string): number {
    const lane = this.lanes.get(laneId);
    if (!lane) return INITIAL_WINDOW;
    return lane.isClosed ? 0 : Math.max(0, placesOf(lane) - lane.inFlight - lane.waiting.length);
  }

  isProven(laneId: string): boolean {
    return this.lanes.get(laneId)?.health === 'good';
  }

  /** Lanes that are not worth a turn now: they have most of what they can take. */
  fullLanes(): string[] {
    this.unprovenFull = this.standings.unprovenRoom <= this.slots; // the rest is kept for what is relayed
    this.full.clear();
    if (this.waiting + this.inFlight === 0) return [];
    for (const [laneId, lane] of this.lanes) {
      const isFull = lane.inFlight + lane.waiting.length > placesOf(lane) * 0.75;
      if (isFull || (this.unprovenFull && lane.health !== 'good')) this.full.add(laneId);
    }
    return [...this.full];
  }

  /** Has a lane that was full got room again since the last call? */
  takeRoomMade(): boolean {
    const made = this.roomMade;
    this.roomMade = false;
    return made;
  }

  add(delivery: LeasedDelivery, origin: string): void {
    const { destination: target } = delivery;
    let lane = this.lanes.get(target.laneId);
    if (lane) {
      lane.destination = target;
    } else {
      lane = {
        destination: target,
        health: target.isHealthy ? 'fresh' : 'failing',
        window: firstWindow(target.isHealthy, this.mostInFlight()),
        provenAt: -Infinity,
        inFlight: 0,
        demoted: 0,
        isClosed: false,
        waiting: [],
        origin: this.shareOf(`${target.tenantId} ${origin}`),
        isQueued: false,
      };
      this.lanes.set(target.laneId, lane);
      if (this.lanes.size > MAX_LANES_REMEMBERED) this.forget();
    }
    lane.waiting.push(delivery);
    this.standings.queued[lane.health]++;
    this.list(lane);
  }

  /** The delivery whose turn it is, now in flight; `null`: nobody may send. */
  next(): LeasedDelivery | null {
    const lane = this.flights.slots < this.slots ? this.nextLane() : null;
    if (!lane) return null;
    const delivery = lane.waiting.shift()!;
    this.standings.queued[lane.health]--;
    lane.inFlight++;
    lane.origin.inFlight++;
    this.standings.slotsInUse[lane.health]++;
    this.flights.begin(delivery, lane, lane.health === 'good');
    this.list(lane);
    return delivery;
  }

  /** The delivery is no longer in flight. `status`: of its answer; `null`: none came; `undefined`: it was not sent. */
  finish(
    delivery: LeasedDelivery,
    success: boolean,
    status: number | null | undefined,
    durationMs: number,
  ): void {
    const lane = this.lanes.get(delivery.destination.laneId)!;
    lane.inFlight--;
    lane.origin.inFlight--;
    if (this.flights.end(delivery)) this.standings.slotsInUse[lane.health]--;
    else lane.demoted--;
    if (status !== undefined) this.learn(lane, success, status, durationMs);
    this.roomMade ||= this.full.has(lane.destination.laneId) || (this.unprovenFull && lane.health !== 'good');
    this.list(lane);
    const { origin } = lane;
    for (const starved of origin.waitingLanes) {
      if (this.isFull(origin)) break;
      origin.waitingLanes.delete(starved);
      this.list(starved);
      if (starved.isQueued) break;
    }
  }

  /** Takes the slots of requests that hang. Answers what waited behind them, taken out. */
  setAside(): LeasedDelivery[] {
    return this.flights.demoteHanging(this.standings.unprovenWait).flatMap((lane) => {
      this.roomMade ||= this.unprovenFull;
      this.standings.slotsInUse[lane.health]--;
      lane.demoted++;
      lane.window = Math.max(1, Math.min(lane.window, lane.inFlight));
      return this.withdraw(lane.destination.laneId);
    });
  }

  /** Until there may be a request to set aside, ms; `null`: there is none. */
  get patience(): number | null {
    return this.flights.msUntilDemotion(this.standings.unprovenWait);
  }

  /** Sends nothing more to a lane until it is opened again. Answers what waited, taken out. */
  shut(laneId: string): LeasedDelivery[] {
    const lane = this.lanes.get(laneId);
    if (lane) lane.isClosed = true;
    return this.withdraw(laneId);
  }

  /** Answers what came meanwhile, taken out. */
  reopen(laneId: string): LeasedDelivery[] {
    const lane = this.lanes.get(laneId);
    if (lane) lane.isClosed = false;
    return this.withdraw(laneId);
  }

  /** Takes out what waits in one lane. */
  withdraw(laneId: string): LeasedDelivery[] {
    const lane = this.lanes.get(laneId);
    if (!lane || lane.waiting.length === 0) return [];
    const waiting = lane.waiting;
    lane.waiting = [];
    this.standings.queued[lane.health] -= waiting.length;
    this.standings.dequeue(lane);
    lane.origin.waitingLanes.delete(lane);
    return waiting;
  }

  /** Takes out everything that waits. */
  clear(): LeasedDelivery[] {
    return [...this.lanes.keys()].flatMap((laneId) => this.withdraw(laneId));
  }

  /** Takes the lane that is next off its list. */
  private nextLane(): Lane | null {
    for (;;) {
      const lane = this.standings.next();
      if (!lane) return null;
      if (!this.isFull(lane.origin)) return lane;
      // Other lanes took the last places of the share since this one was listed.
      lane.origin.waitingLanes.add(lane);
    }
  }

  private isFull(share: OriginShare): boolean {
    return share.inFlight >= this.mostInFlight();
  }

  private learn(lane: Lane, success: boolean, status: number | null, durationMs: number): void {
    this.standings.changeHealth(lane, success ? 'good' : 'failing');
    if (success) lane.provenAt = performance.now();
    lane.window = success
      ? afterSuccess(lane.window, durationMs, this.mostInFlight())
      : afterFailure(lane.window, status);
  }

  private list(lane: Lane): void {
    if (lane.isQueued || lane.isClosed || lane.waiting.length === 0 || lane.inFlight >= this.windowOf(lane))
      return;
    if (this.isFull(lane.origin)) {
      lane.origin.waitingLanes.add(lane);
      return;
    }
    this.standings.enqueue(lane);
  }

  private windowOf(lane: Lane): number {
    const manyHang = this.inFlight - this.flights.slots > this.slots;
    return manyHang ? cautiousWindow(lane.window, lane.provenAt) : lane.window;
  }

  private shareOf(key: string): OriginShare {
    let share = this.shares.get(key);
    if (!share) this.shares.set(key, (share = { inFlight: 0, waitingLanes: new Set() }));
    return share;
  }

  private forget(): void {
    const used = new Set<OriginShare>();
    for (const [laneId, lane] of this.lanes) {
      const idle = lane.inFlight === 0 && lane.waiting.length === 0;
      if (idle && this.lanes.size > MAX_LANES_REMEMBERED / 2) {
        this.lanes.delete(laneId);
        this.standings.forget(lane);
      } else {
        used.add(lane.origin);
      }
    }
    for (const [key, share] of this.shares) if (!used.has(share)) this.shares.delete(key);
  }
}

/** Deliveries of a lane that a worker may hold: its window, and as many waiting once it is proven, unless one hangs. */
function placesOf(lane: Lane): number {
  return lane.demoted > 0 || lane.health !== 'good' ? lane.window : lane.window * 2;
}
