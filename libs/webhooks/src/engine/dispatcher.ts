import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings.js';
import type { MaintenanceStore } from '../store/maintenance-store.js';
import type { OutboxStore } from '../store/outbox-store.js';
import type { OutcomeStore } from '../store/outcome-store.js';
import { STORE } from '../store/store.js';
import { Leases } from './claim/leases.js';
import { type LeasedDelivery, originOf } from './destinations/leased-delivery.js';
import { LeaseKeeper } from './record/lease-keeper.js';
import { OutcomeQueue } from './record/outcome-queue.js';
import { OutcomeRecorder } from './record/outcome-recorder.js';
import { OutcomeReporter } from './record/outcome-reporter.js';
import { OutcomeSignal } from './record/outcome-signal.js';
import { OutcomeTally } from './record/outcome-tally.js';
import { BlockedLanes } from './schedule/room/blocked-lanes.js';
import { Intake } from './schedule/room/intake.js';
import { ExclusiveLanes } from './schedule/exclusive-lanes.js';
import { HeldBackLanes } from './schedule/room/held-back-lanes.js';
import { HeldDeliveries } from './schedule/room/held-deliveries.js';
import { HangWatch } from './schedule/hang-watch.js';
import { LaneScheduler } from './schedule/lane-scheduler.js';
import { returnToLane } from './send/classify-response.js';
import { blocksLane, closesLane, type Outcome, waitIfReturned } from './send/outcome.js';
import { Sender } from './send/sender.js';

/** With this many unrecorded outcomes, nothing is sent until the database accepts some. */
const MAX_UNRECORDED = 2_000;

/**
 * Sends leased deliveries and records their outcomes.
 * - No connection and no transaction is held while a request is in flight.
 * - Outcomes are written in batches. A delivery is finished when its outcome is recorded.
 * - An attempt that could last longer than its lease does not begin.
 */
@Injectable()
export class Dispatcher {
  readonly counts = new OutcomeTally();
  readonly intake: Intake;
  private readonly keeper: LeaseKeeper;
  private readonly scheduler: LaneScheduler;
  private readonly recorder: OutcomeRecorder;
  private readonly unrecorded: OutcomeQueue;
  private readonly blocked: BlockedLanes;
  private readonly held = new HeldDeliveries();
  private readonly heldBack = new HeldBackLanes();
  private readonly exclusive = new ExclusiveLanes();
  private readonly recorded = new OutcomeSignal();
  private readonly hangWatch: HangWatch;
  private isSending = false;
  private isStopped = false;

  constructor(
    @Inject(STORE) private readonly store: OutboxStore & OutcomeStore & MaintenanceStore,
    private readonly leases: Leases,
    private readonly sender: Sender,
    private readonly reporter: OutcomeReporter,
    @Inject(SETTINGS) { slots, maxInFlight, maxInFlightPerOrigin, failingConcurrency }: Settings,
  ) {
    this.keeper = new LeaseKeeper(store, leases, () => this.unrecorded);
    this.recorder = new OutcomeRecorder(store, leases, this.keeper);
    const ofThisWorker = (count: number): number => Math.max(1, Math.floor(count / leases.workers));
    this.scheduler = new LaneScheduler({
      slots,
      maxInFlight: () => ofThisWorker(maxInFlight),
      maxHanging: () => ofThisWorker(maxInFlightPerOrigin - maxInFlight),
      failingWindow: failingConcurrency,
    });
    this.hangWatch = new HangWatch(
      () => this.scheduler.msUntilHanging,
      () => {
        this.sendReady();
        this.notifyRecorded();
      },
    );
    this.blocked = new BlockedLanes(() => store.monotonicNow());
    this.intake = new Intake(this.scheduler.room, this.held, this.blocked, () =>
      this.isStopped ? Infinity : this.unrecorded.length,
    );
    this.unrecorded = new OutcomeQueue(
      () => this.scheduler.inFlight,
      (batch) => this.record(batch),
      (batch) => this.afterRecording(batch),
    );
  }

  /** Extends the leases of deliveries that were sent and are not recorded yet, so that no worker sends them again. */
  keepUnrecorded(): Promise<void> {
    return this.keeper.keep();
  }

  get inFlight(): number {
    return this.scheduler.inFlight;
  }

  /** True if nothing waits, is in flight or is still to be recorded. */
  get idle(): boolean {
    return this.scheduler.inFlight === 0 && this.scheduler.waitingCount === 0 && this.unrecorded.isIdle;
  }

  /** Calls `listener` whenever outcomes were recorded, or hanging requests have given up their slots. */
  onRecorded(listener: () => void): void {
    this.recorded.subscribe(listener);
  }

  /** Resolves when the next outcomes are recorded, or hanging requests have given up their slots. */
  nextRecording(): Promise<void> {
    return this.recorded.next();
  }

  /** Remembers lanes from which a claim got nothing. Returns whether any of them is new. */
  noteHeldBack(laneIds: readonly string[]): boolean {
    return this.heldBack.add(laneIds);
  }

  /** Takes over deliveries that this worker has leased. */
  accept(deliveries: readonly LeasedDelivery[]): void {
    for (const delivery of deliveries) {
      const { blockedReason, laneId, state } = delivery.destination;
      this.held.add(delivery);
      this.exclusive.add(delivery);
      if (blockedReason === null) this.blocked.unblock(laneId);
      if (this.isStopped || state !== 'open') this.enqueueOutcome(returnToLane(delivery, 0));
      else this.scheduler.add(delivery, originOf(delivery));
    }
    this.sendReady();
  }

  /** Records at once the outcomes that other workers may be waiting for. */
  recordNow(): void {
    this.unrecorded.flush();
  }

  /** Until the returned function is called, outcomes are recorded as soon as possible. */
  hurry(): () => void {
    return this.unrecorded.hurry();
  }

  /** Resolves when nothing waits, is in flight or is still to be recorded. */
  async whenIdle(): Promise<void> {
    const stopHurrying = this.hurry();
    while (!this.idle) await this.recorded.next();
    stopHurrying();
  }

  /** Sends nothing more, and returns waiting deliveries to their lanes. */
  stop(): void {
    this.isStopped = true;
    this.returnToLanes(this.scheduler.clear());
  }

  /** Stops recording, because the process ends. Unrecorded deliveries become due again when their leases expire. */
  abandon(): void {
    this.recorder.abandon();
  }

  private sendReady(): void {
    if (this.isSending) return;
    this.isSending = true;
    this.returnToLanes(this.scheduler.takeSlotsOfHanging());
    while (!this.isStopped && this.unrecorded.length < MAX_UNRECORDED) {
      const delivery = this.scheduler.next();
      if (!delivery) break;
      void this.attempt(delivery);
    }
    this.isSending = false;
    if (!this.isStopped) this.hangWatch.begin();
  }

  private async attempt(delivery: LeasedDelivery): Promise<void> {
    const { timeoutMs, laneId } = delivery.destination;
    const isCovered = this.leases.covers(delivery.leaseId, timeoutMs);
    const outcome = isCovered ? await this.sender.send(delivery) : returnToLane(delivery, 0);
    if (isCovered && this.isStopped) waitIfReturned(outcome, this.leases.msLeft(delivery.leaseId));
    const { state, attempt } = outcome;
    this.scheduler.finish(delivery, state === 'delivered', attempt?.status, attempt?.durationMs ?? 0);
    this.enqueueOutcome(outcome);
    if (blocksLane(outcome)) this.blocked.block(laneId, outcome.delayMs);
    if (closesLane(outcome)) this.returnToLanes(this.scheduler.close(laneId));
    this.sendReady();
  }

  /** Gives up deliveries that this worker has leased: they return to their lanes unsent. */
  private returnToLanes(deliveries: readonly LeasedDelivery[]): void {
    for (const delivery of deliveries) this.enqueueOutcome(returnToLane(delivery, 0));
  }

  private enqueueOutcome(outcome: Outcome): void {
    outcome.releasesLane = this.exclusive.remove(outcome.delivery);
    this.unrecorded.add(outcome);
  }

  private afterRecording(batch: readonly Outcome[]): void {
    for (const { delivery } of batch) {
      this.held.remove(delivery);
      this.scheduler.settle(delivery);
    }
    this.sendReady();
    this.unrecorded.resume();
    this.intake.noteDue(this.heldBack.release(batch.map(({ delivery }) => delivery.destination.laneId)));
    this.notifyRecorded();
  }

  private notifyRecorded(): void {
    this.intake.announceRoom();
    this.recorded.emit();
  }

  private async record(batch: readonly Outcome[]): Promise<void> {
    const recorded = await this.recorder.record(batch);
    if (!recorded) return;
    const { ids, healthChanges, stopped, dueLanes } = recorded;
    this.intake.noteDue(dueLanes);
    for (const laneId of stopped) this.returnToLanes(this.scheduler.withdraw(laneId));
    for (const outcome of batch) {
      const isRecorded = ids.has(outcome.delivery.id);
      this.counts.add(outcome, isRecorded);
      this.reporter.report(outcome, isRecorded);
    }
    for (const { laneId, healthy } of healthChanges) {
      const { delivery } = batch.find((each) => each.delivery.destination.laneId === laneId)!;
      this.reporter.reportHealthChange(delivery.destination, healthy);
      // From now on, only one worker at a time claims from this lane.
      if (!healthy) this.returnToLanes(this.scheduler.withdraw(laneId));
    }
    for (const { delivery, disable } of batch) {
      const { endpointId, tenantId } = delivery.destination;
      if (disable && endpointId && (await this.recorder.disableEndpoint(endpointId, disable)))
        this.reporter.reportDisabled(endpointId, tenantId, disable);
    }
    for (const outcome of batch)
      if (closesLane(outcome)) this.returnToLanes(this.scheduler.reopen(outcome.delivery.destination.laneId));
  }
}
