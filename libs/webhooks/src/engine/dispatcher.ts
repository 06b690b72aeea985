import { Inject, Injectable } from '@nestjs/common';
import { Session } from '../store/postgres/connection/session.js';
import type { OutboxStore } from '../store/outbox-store.js';
import type { OutcomeStore } from '../store/outcome-store.js';
import { STORE } from '../store/store.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { disableEndpoint } from '../store/postgres/maintenance/disable-endpoints.js';
import { OutcomeTally } from './record/outcome-tally.js';
import { SUSPECT_AFTER_CLAIMS } from '../store/lane-rules.js';
import { LaneScheduler } from './schedule/lane-scheduler.js';
import { Leases } from './claim/leases.js';
import { BlockedLanes } from './schedule/blocked-lanes.js';
import type { Outcome } from './send/outcome.js';
import { OutcomeQueue } from './record/outcome-queue.js';
import { OutcomeRecorder } from './record/outcome-recorder.js';
import { OutcomeReporter } from './record/outcome-reporter.js';
import type { ClaimBudget } from './schedule/claim-budget.js';
import { Sender } from './send/sender.js';
import { OutcomeSignal } from './record/outcome-signal.js';
import type { LeasedDelivery } from './destinations/leased-delivery.js';
import { returnToLane } from './send/classify-response.js';

/** More unrecorded outcomes than this: nothing new is sent until the database takes them. */
const MAX_UNRECORDED = 2_000;

/**
 * Sends leased deliveries and records what came of them.
 * - No connection and no transaction is held while a request is in flight.
 * - Outcomes are written in batches; a delivery is finished when its outcome is recorded.
 * - No attempt begins that could outlive its lease.
 */
@Injectable()
export class Dispatcher {
  private readonly book: LaneScheduler;
  private readonly recorder: OutcomeRecorder;
  private readonly unrecorded: OutcomeQueue;
  private readonly obstructed: BlockedLanes;
  private readonly settled = new OutcomeSignal();
  private pumping = false;
  private watching: NodeJS.Timeout | null = null;
  private suspects = 0;
  private stopped = false;
  private readonly idleWaiters: (() => void)[] = [];
  readonly counts = new OutcomeTally();

  constructor(
    private readonly database: Session,
    @Inject(STORE) store: OutcomeStore & OutboxStore,
    private readonly leases: Leases,
    private readonly sender: Sender,
    private readonly reporter: OutcomeReporter,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.recorder = new OutcomeRecorder(store, leases);
    this.book = new LaneScheduler(settings.slots, () =>
      Math.max(1, Math.floor(settings.maxInFlight / leases.workers)),
    );
    this.obstructed = new BlockedLanes(() => performance.now() + database.clockOffset);
    this.unrecorded = new OutcomeQueue(
      () => this.book.inFlight,
      (batch) => this.record(batch),
      (batch, lanesDue) => this.afterRecording(batch, lanesDue),
    );
  }

  /** How many more deliveries may be leased. */
  get claimableCount(): number {
    return this.stopped ? 0 : Math.max(0, this.book.room - this.unrecorded.length);
  }

  /** How many of them are worth relaying now. */
  get relayableCount(): number {
    return Math.max(0, Math.min(this.claimableCount, this.book.relayRoom - this.unrecorded.length));
  }

  /** It is time to lease more. */
  get shouldClaim(): boolean {
    return this.claimableCount > 0 && this.book.wantsTurns;
  }

  /** That room, to be handed out. */
  openBudget({ forTurns = false } = {}): ClaimBudget {
    return this.book.openRoom(this.stopped ? Infinity : this.unrecorded.length, forTurns);
  }

  /** Lanes that are not worth a turn now. */
  unclaimableLanes(): string[] {
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
  onRecorded(listener: (lanesDue: boolean) => void): void {
    this.settled.subscribe(listener);
  }

  /** Resolves when the next outcomes are recorded, or requests that hang have made room. */
  nextRecording(): Promise<void> {
    return this.settled.next();
  }

  /** Takes over deliveries that this worker has leased. */
  accept(deliveries: readonly LeasedDelivery[]): void {
    for (const delivery of deliveries) {
      if (isSuspect(delivery)) this.suspects++;
      this.obstructed.unblock(delivery.destination);
      if (this.stopped || delivery.destination.state !== 'open')
        this.unrecorded.add(returnToLane(delivery, 0));
      else this.book.add(delivery, originOf(delivery));
    }
    this.sendReady();
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

  private sendReady(): void {
    if (this.pumping) return;
    this.pumping = true;
    this.giveBack(this.book.setAside());
    while (!this.stopped && this.unrecorded.length < MAX_UNRECORDED) {
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
      this.sendReady();
      this.tell(false);
    }, this.book.patience + 1).unref();
  }

  private async attempt(delivery: LeasedDelivery): Promise<void> {
    const covered = this.leases.covers(delivery.leaseId, delivery.destination.timeoutMs);
    const outcome = covered ? await this.sender.send(delivery) : returnToLane(delivery, 0);
    const { attempt } = outcome;
    this.book.finish(
      delivery,
      outcome.state === 'delivered',
      attempt ? attempt.status : undefined,
      attempt?.durationMs ?? 0,
    );
    this.unrecorded.add(outcome);
    this.obstructed.block(outcome);
    if (endsLane(outcome)) this.giveBack(this.book.shut(delivery.destination.laneId));
    this.sendReady();
  }

  /** Deliveries that this worker has taken and will not send: they wait in their lane again. */
  private giveBack(deliveries: readonly LeasedDelivery[]): void {
    for (const delivery of deliveries) this.unrecorded.add(returnToLane(delivery, 0));
  }

  private afterRecording(batch: readonly Outcome[], lanesDue: boolean): void {
    for (const { delivery } of batch) if (isSuspect(delivery)) this.suspects--;
    this.sendReady();
    this.unrecorded.resume();
    this.tell(lanesDue);
    if (this.idle) for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  /** Outcomes were recorded, or requests that hang made room. */
  private tell(due: boolean): void {
    this.settled.emit(this.book.takeRoomMade() || due);
  }

  /** Answers whether lanes are due by it. */
  private async record(batch: readonly Outcome[]): Promise<boolean> {
    const recorded = await this.recorder.record(batch);
    if (!recorded) return false;
    const { ids, healthChanges: turned, stopped, hasDueLanes: due } = recorded;
    for (const laneId of stopped) this.giveBack(this.book.withdraw(laneId));
    for (const outcome of batch) this.report(outcome, ids.has(outcome.delivery.id));
    for (const { laneId, healthy } of turned) {
      const target = batch.find((each) => each.delivery.destination.laneId === laneId)!.delivery.destination;
      this.reporter.reportHealthChange(target, healthy);
    }
    for (const { disable, delivery } of batch) {
      const { endpointId, tenantId } = delivery.destination;
      if (!disable || !endpointId) continue;
      const disabled = await this.recorder.retryUntilRecorded(
        `Endpoint ${endpointId} could not be disabled`,
        () => disableEndpoint(this.database, endpointId, disable),
      );
      if (disabled) this.reporter.reportDisabled(endpointId, tenantId, disable);
    }
    for (const outcome of batch)
      if (endsLane(outcome)) this.giveBack(this.book.reopen(outcome.delivery.destination.laneId));
    return due;
  }

  private report(outcome: Outcome, recorded: boolean): void {
    this.counts.add(outcome, recorded);
    this.reporter.report(outcome, recorded);
  }
}

function isSuspect(delivery: LeasedDelivery): boolean {
  return delivery.claims > SUSPECT_AFTER_CLAIMS;
}

/** The receiver asked for a pause, or for the end. */
function endsLane({ pauseLaneMs: holdMs, disable }: Outcome): boolean {
  return holdMs > 0 || disable !== null;
}

function originOf(delivery: LeasedDelivery): string {
  const url = delivery.callbackUrl ?? delivery.destination.url ?? '';
  const end = url.indexOf('/', 8);
  return end < 0 ? url : url.slice(0, end);
}
