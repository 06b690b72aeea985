import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../store/postgres/connection/session.js';
import type { Settings } from '../config/settings.js';
import { SETTINGS } from '../core/tokens.js';
import { disableEndpoint } from '../store/postgres/maintenance/disable-endpoint.js';
import { DispatchTally } from './record/outcome-tally.js';
import { SUSPECT_CLAIMS } from '../store/postgres/claim/lease-deliveries.js';
import { LaneBook } from './schedule/lane-scheduler.js';
import { Leases } from './claim/leases.js';
import { ObstructedLanes } from './schedule/blocked-lanes.js';
import type { Outcome } from './send/outcome.js';
import { OutcomeQueue } from './record/outcome-queue.js';
import { OutcomeRecorder } from './record/outcome-recorder.js';
import { OutcomeReporter } from './record/outcome-reporter.js';
import type { Room } from './schedule/claim-budget.js';
import { Sender } from './send/sender.js';
import { Settled } from './record/outcome-signal.js';
import type { LeasedDelivery } from './destinations/destination.js';
import { givenBack } from './send/classify-response.js';

/** More unrecorded outcomes than this: nothing new is sent until the database takes them. */
const MOST_UNRECORDED = 2_000;

/**
 * Sends leased deliveries and records what came of them.
 * - No connection and no transaction is held while a request is in flight.
 * - Outcomes are written in batches; a delivery is finished when its outcome is recorded.
 * - No attempt begins that could outlive its lease.
 */
@Injectable()
export class Dispatcher {
  private readonly book: LaneBook;
  private readonly recorder: OutcomeRecorder;
  private readonly unrecorded: OutcomeQueue;
  private readonly obstructed: ObstructedLanes;
  private readonly settled = new Settled();
  private pumping = false;
  private watching: NodeJS.Timeout | null = null;
  private suspects = 0;
  private stopped = false;
  private readonly idleWaiters: (() => void)[] = [];
  readonly counts = new DispatchTally();

  constructor(
    private readonly database: Database,
    private readonly leases: Leases,
    private readonly sender: Sender,
    private readonly reporter: OutcomeReporter,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.recorder = new OutcomeRecorder(database, leases);
    this.book = new LaneBook(settings.slots, () =>
      Math.max(1, Math.floor(settings.maxInFlight / leases.workers)),
    );
    this.obstructed = new ObstructedLanes(() => performance.now() + database.clockOffset);
    this.unrecorded = new OutcomeQueue(
      () => this.book.inFlight,
      (batch) => this.record(batch),
      (batch, lanesDue) => this.afterRecording(batch, lanesDue),
    );
  }

  /** How many more deliveries may be leased. */
  get room(): number {
    return this.stopped ? 0 : Math.max(0, this.book.room - this.unrecorded.length);
  }

  /** How many of them are worth relaying now. */
  get relayRoom(): number {
    return Math.max(0, Math.min(this.room, this.book.relayRoom - this.unrecorded.length));
  }

  /** It is time to lease more. */
  get wantsTurns(): boolean {
    return this.room > 0 && this.book.wantsTurns;
  }

  /** That room, to be handed out. */
  openRoom({ forTurns = false } = {}): Room {
    return this.book.openRoom(this.stopped ? Infinity : this.unrecorded.length, forTurns);
  }

  /** Lanes that are not worth a turn now. */
  fullLanes(): string[] {
    return [...this.book.fullLanes(), ...this.obstructed.ids()];
  }

  /** A delivery that crashed workers before has no recorded outcome yet. */
  get hasSuspect(): boolean {
    return this.suspects > 0;
  }

  /** Requests in flight. */
  get inFlight(): number {
    return this.book.inFlight;
  }

  /** Nothing waits, flies or is to be recorded. */
  get idle(): boolean {
    return this.book.inFlight === 0 && this.book.waiting === 0 && this.unrecorded.idle;
  }

  /** Calls `listener` whenever outcomes were recorded. `lanesDue`: lanes want a turn by this, or have room again. */
  onSettled(listener: (lanesDue: boolean) => void): void {
    this.settled.on(listener);
  }

  /** Resolves when the next outcomes are recorded, or requests that hang have made room. */
  nextSettled(): Promise<void> {
    return this.settled.next();
  }

  /** Takes over deliveries that this worker has leased. */
  accept(deliveries: readonly LeasedDelivery[]): void {
    for (const delivery of deliveries) {
      if (isSuspect(delivery)) this.suspects++;
      this.obstructed.saw(delivery.target);
      if (this.stopped || delivery.target.state !== 'open') this.unrecorded.add(givenBack(delivery, 0));
      else this.book.add(delivery, originOf(delivery));
    }
    this.pump();
  }

  /** Resolves when nothing waits, flies or is to be recorded. */
  async whenIdle(): Promise<void> {
    if (!this.idle) await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  /** Sends nothing more: what waits is given back. */
  stop(): void {
    this.stopped = true;
    this.giveBack(this.book.clear());
  }

  /** The process ends and the database does not answer: what is unrecorded is left to the leases. */
  abandon(): void {
    this.recorder.abandon();
  }

  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    this.giveBack(this.book.setAside());
    while (!this.stopped && this.unrecorded.length < MOST_UNRECORDED) {
      const delivery = this.book.next();
      if (!delivery) break;
      void this.attempt(delivery);
    }
    this.pumping = false;
    this.watch();
  }

  /** Looks again when the oldest request may have hung for too long. */
  private watch(): void {
    if (this.watching || this.stopped || this.book.patience === null) return;
    this.watching = setTimeout(() => {
      this.watching = null;
      this.pump();
      this.tell(false);
    }, this.book.patience + 1).unref();
  }

  private async attempt(delivery: LeasedDelivery): Promise<void> {
    const covered = this.leases.covers(delivery.leaseId, delivery.target.timeoutMs);
    const outcome = covered ? await this.sender.send(delivery) : givenBack(delivery, 0);
    const { attempt } = outcome;
    this.book.done(
      delivery,
      outcome.state === 'delivered',
      attempt ? attempt.status : undefined,
      attempt?.durationMs ?? 0,
    );
    this.unrecorded.add(outcome);
    this.obstructed.learn(outcome);
    if (endsLane(outcome)) this.giveBack(this.book.shut(delivery.target.laneId));
    this.pump();
  }

  /** Deliveries that this worker has taken and will not send: they wait in their lane again. */
  private giveBack(deliveries: readonly LeasedDelivery[]): void {
    for (const delivery of deliveries) this.unrecorded.add(givenBack(delivery, 0));
  }

  private afterRecording(batch: readonly Outcome[], lanesDue: boolean): void {
    for (const { delivery } of batch) if (isSuspect(delivery)) this.suspects--;
    this.pump();
    this.unrecorded.goOn();
    this.tell(lanesDue);
    if (this.idle) for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  /** Outcomes were recorded, or requests that hang made room. */
  private tell(due: boolean): void {
    this.settled.tell(this.book.takeRoomMade() || due);
  }

  /** Answers whether lanes are due by it. */
  private async record(batch: readonly Outcome[]): Promise<boolean> {
    const recorded = await this.recorder.record(batch);
    if (!recorded) return false;
    const { ids, turned, stopped, due } = recorded;
    for (const laneId of stopped) this.giveBack(this.book.withdraw(laneId));
    for (const outcome of batch) this.report(outcome, ids.has(outcome.delivery.id));
    for (const { laneId, healthy } of turned) {
      const target = batch.find((each) => each.delivery.target.laneId === laneId)!.delivery.target;
      this.reporter.turned(target, healthy);
    }
    for (const { disable, delivery } of batch) {
      const { endpointId, tenantId } = delivery.target;
      if (!disable || !endpointId) continue;
      const disabled = await this.recorder.insist(`Endpoint ${endpointId} could not be disabled`, () =>
        disableEndpoint(this.database, endpointId, disable),
      );
      if (disabled) this.reporter.disabled(endpointId, tenantId, disable);
    }
    for (const outcome of batch)
      if (endsLane(outcome)) this.giveBack(this.book.reopen(outcome.delivery.target.laneId));
    return due;
  }

  private report(outcome: Outcome, recorded: boolean): void {
    this.counts.add(outcome, recorded);
    this.reporter.report(outcome, recorded);
  }
}

function isSuspect(delivery: LeasedDelivery): boolean {
  return delivery.claims > SUSPECT_CLAIMS;
}

/** The receiver asked for a pause, or for the end. */
function endsLane({ holdMs, disable }: Outcome): boolean {
  return holdMs > 0 || disable !== null;
}

function originOf(delivery: LeasedDelivery): string {
  const url = delivery.callbackUrl ?? delivery.target.url ?? '';
  const end = url.indexOf('/', 8);
  return end < 0 ? url : url.slice(0, end);
}
