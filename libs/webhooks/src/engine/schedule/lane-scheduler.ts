import { Flights } from './slot-tracker.js';
import type { Lane, Share } from './lane.js';
import { Room, type RoomBook } from './claim-budget.js';
import { Standings } from './ready-queues.js';
import type { LeasedDelivery } from '../destinations/destination.js';
import {
  afterFailure,
  afterSuccess,
  carefulWindow,
  FIRST_WINDOW,
  firstWindow,
} from './concurrency-window.js';

/** Requests that hang and have lost their slot at most, for each slot. */
const ASIDE = 7;
/** Deliveries that a worker holds at most, for each slot: enough to send while the next batch is relayed. */
const HELD = 24;
/** Lanes remembered without work; beyond it the longest unused are forgotten and start small again. */
const REMEMBERED = 20_000;

/**
 * This worker's view of the lanes it has work for: who may send next.
 * - Lanes take turns.
 * - Lanes without a recent success share a quarter of the slots, failing ones an eighth.
 * - A request that hangs holds its slot for half a second, and its lane sends no more at once than it has in flight.
 * - No lane passes its window; no tenant passes its share of one origin.
 */
export class LaneBook implements RoomBook {
  private readonly lanes = new Map<string, Lane>();
  private readonly shares = new Map<string, Share>();
  private readonly flights: Flights<Lane>;
  private readonly standings: Standings;
  /** What {@link fullLanes} answered last. */
  private full = new Set<string>();
  private unprovenFull = false;
  private roomMade = false;

  constructor(
    private readonly slots: number,
    /** Requests in flight of one lane, and of one tenant at one origin. */
    private readonly mostInFlight: () => number,
  ) {
    this.flights = new Flights(slots * ASIDE);
    this.standings = new Standings(slots);
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
    return Math.max(0, this.slots * HELD - this.waiting - this.flights.slots);
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
  openRoom(less: number, forTurns: boolean): Room {
    const unproven = this.standings.unprovenRoom - (forTurns ? this.slots : 0);
    return new Room(this, Math.max(0, this.room - less), Math.max(0, unproven));
  }

  /** How many more deliveries of a lane this worker may lease. */
  roomOf(laneId: string): number {
    const lane = this.lanes.get(laneId);
    if (!lane) return FIRST_WINDOW;
    return lane.shut ? 0 : Math.max(0, placesOf(lane) - lane.inFlight - lane.waiting.length);
  }

  isProven(laneId: string): boolean {
    return this.lanes.get(laneId)?.standing === 'good';
  }

  /** Lanes that are not worth a turn now: they have most of what they can take. */
  fullLanes(): string[] {
    this.unprovenFull = this.standings.unprovenRoom <= this.slots; // the rest is kept for what is relayed
    this.full.clear();
    if (this.waiting + this.inFlight === 0) return [];
    for (const [laneId, lane] of this.lanes) {
      const isFull = lane.inFlight + lane.waiting.length > placesOf(lane) * 0.75;
      if (isFull || (this.unprovenFull && lane.standing !== 'good')) this.full.add(laneId);
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
    const { target } = delivery;
    let lane = this.lanes.get(target.laneId);
    if (lane) {
      lane.target = target;
    } else {
      lane = {
        target,
        standing: target.healthy ? 'fresh' : 'failing',
        window: firstWindow(target.healthy, this.mostInFlight()),
        provenAt: -Infinity,
        inFlight: 0,
        aside: 0,
        shut: false,
        waiting: [],
        origin: this.shareOf(`${target.tenantId} ${origin}`),
        listed: false,
      };
      this.lanes.set(target.laneId, lane);
      if (this.lanes.size > REMEMBERED) this.forget();
    }
    lane.waiting.push(delivery);
    this.standings.queued[lane.standing]++;
    this.list(lane);
  }

  /** The delivery whose turn it is, now in flight; `null`: nobody may send. */
  next(): LeasedDelivery | null {
    const lane = this.flights.slots < this.slots ? this.nextLane() : null;
    if (!lane) return null;
    const delivery = lane.waiting.shift()!;
    this.standings.queued[lane.standing]--;
    lane.inFlight++;
    lane.origin.inFlight++;
    this.standings.busy[lane.standing]++;
    this.flights.begin(delivery, lane, lane.standing === 'good');
    this.list(lane);
    return delivery;
  }

  /** The delivery is no longer in flight. `status`: of its answer; `null`: none came; `undefined`: it was not sent. */
  done(
    delivery: LeasedDelivery,
    success: boolean,
    status: number | null | undefined,
    durationMs: number,
  ): void {
    const lane = this.lanes.get(delivery.target.laneId)!;
    lane.inFlight--;
    lane.origin.inFlight--;
    if (this.flights.end(delivery)) this.standings.busy[lane.standing]--;
    else lane.aside--;
    if (status !== undefined) this.learn(lane, success, status, durationMs);
    this.roomMade ||= this.full.has(lane.target.laneId) || (this.unprovenFull && lane.standing !== 'good');
    this.list(lane);
    const { origin } = lane;
    for (const starved of origin.starved) {
      if (this.isFull(origin)) break;
      origin.starved.delete(starved);
      this.list(starved);
      if (starved.listed) break;
    }
  }

  /** Takes the slots of requests that hang. Answers what waited behind them, taken out. */
  setAside(): LeasedDelivery[] {
    return this.flights.setAside(this.standings.unprovenWait).flatMap((lane) => {
      this.roomMade ||= this.unprovenFull;
      this.standings.busy[lane.standing]--;
      lane.aside++;
      lane.window = Math.max(1, Math.min(lane.window, lane.inFlight));
      return this.withdraw(lane.target.laneId);
    });
  }

  /** Until there may be a request to set aside, ms; `null`: there is none. */
  get patience(): number | null {
    return this.flights.patience(this.standings.unprovenWait);
  }

  /** Sends nothing more to a lane until it is opened again. Answers what waited, taken out. */
  shut(laneId: string): LeasedDelivery[] {
    const lane = this.lanes.get(laneId);
    if (lane) lane.shut = true;
    return this.withdraw(laneId);
  }

  /** Answers what came meanwhile, taken out. */
  reopen(laneId: string): LeasedDelivery[] {
    const lane = this.lanes.get(laneId);
    if (lane) lane.shut = false;
    return this.withdraw(laneId);
  }

  /** Takes out what waits in one lane. */
  withdraw(laneId: string): LeasedDelivery[] {
    const lane = this.lanes.get(laneId);
    if (!lane || lane.waiting.length === 0) return [];
    const waiting = lane.waiting;
    lane.waiting = [];
    this.standings.queued[lane.standing] -= waiting.length;
    this.standings.unlist(lane);
    lane.origin.starved.delete(lane);
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
      lane.origin.starved.add(lane);
    }
  }

  private isFull(share: Share): boolean {
    return share.inFlight >= this.mostInFlight();
  }

  private learn(lane: Lane, success: boolean, status: number | null, durationMs: number): void {
    this.standings.move(lane, success ? 'good' : 'failing');
    if (success) lane.provenAt = performance.now();
    lane.window = success
      ? afterSuccess(lane.window, durationMs, this.mostInFlight())
      : afterFailure(lane.window, status);
  }

  private list(lane: Lane): void {
    if (lane.listed || lane.shut || lane.waiting.length === 0 || lane.inFlight >= this.windowOf(lane)) return;
    if (this.isFull(lane.origin)) {
      lane.origin.starved.add(lane);
      return;
    }
    this.standings.list(lane);
  }

  private windowOf(lane: Lane): number {
    const manyHang = this.inFlight - this.flights.slots > this.slots;
    return manyHang ? carefulWindow(lane.window, lane.provenAt) : lane.window;
  }

  private shareOf(key: string): Share {
    let share = this.shares.get(key);
    if (!share) this.shares.set(key, (share = { inFlight: 0, starved: new Set() }));
    return share;
  }

  private forget(): void {
    const used = new Set<Share>();
    for (const [laneId, lane] of this.lanes) {
      const idle = lane.inFlight === 0 && lane.waiting.length === 0;
      if (idle && this.lanes.size > REMEMBERED / 2) {
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
  return lane.aside > 0 || lane.standing !== 'good' ? lane.window : lane.window * 2;
}
