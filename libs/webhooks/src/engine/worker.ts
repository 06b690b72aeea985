import { AsyncLocalStorage } from 'node:async_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { AlertSender } from '../alerts/alert-sender.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { LineLogger } from '../core/line-logger.js';
import { type HttpTransport, TRANSPORT } from '../http/transport.js';
import { HELD_LANE_WAIT_MS } from '../store/lane-rules.js';
import type { WrittenEvent } from '../store/outbox-store.js';
import { type CommittedWork, type LocalCommit, STORE } from '../store/store.js';
import type { StoreTransactions } from '../store/transactions.js';
import { DeepScan } from './claim/deep-scan.js';
import { Leases } from './claim/leases.js';
import { CAPTURED_CHANGES, type CapturedChanges } from './captured-changes.js';
import { Dispatcher } from './dispatcher.js';
import { findHostScheduler } from './host-scheduler.js';
import { Maintenance } from './maintenance/maintenance.js';
import { MAX_RELAY_DELAY_MS, PendingWork } from './pending-work.js';
import { Pipeline } from './pipeline.js';
import { PollTimer } from './poll-timer.js';
import type { RelayResult } from './relay/relay.js';

/** How long (ms) beyond `drainMs` a shutdown waits for the database to accept the last outcomes. */
const RECORD_GRACE_MS = 2_000;
/** Minimum time (ms) between two checks while lanes are due. */
const MIN_POLL_MS = 5;
/** Pause (ms) after a database error. It doubles with each further error, up to the maximum. */
const MIN_RETRY_PAUSE_MS = 100;
const MAX_RETRY_PAUSE_MS = 5_000;

/**
 * The loop that delivers: it relays, claims, checks for work and runs urgent maintenance.
 * - Commits in this process, and announcements by other processes, wake it at once. It sees other commits at its next check.
 * - It never waits for a request before it claims again.
 * - A database error pauses the loop and is logged; nothing is lost.
 */
@Injectable()
export class Worker {
  private readonly logger = new LineLogger('WebhookWorker');
  private readonly timer = new PollTimer();
  private running: Promise<void> | null = null;
  private stopping = false;
  /** When the latest successful step ended, on the store's monotonic clock; `null`: the loop does not run. */
  private steppedAt: number | null = null;
  /** When (ms on the process's monotonic clock) to check the database for work. */
  private nextCheckAt = 0;
  /** Time (ms) between two checks. Work in lanes that do not fail makes it short; each check without news doubles it. */
  private pollMs = 0;

  constructor(
    private readonly pipeline: Pipeline,
    private readonly pending: PendingWork,
    private readonly dispatcher: Dispatcher,
    private readonly maintenance: Maintenance,
    private readonly alerts: AlertSender,
    private readonly leases: Leases,
    private readonly deepScan: DeepScan,
    private readonly modules: ModulesContainer,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TRANSPORT) private readonly transport: HttpTransport,
    @Inject(CAPTURED_CHANGES) private readonly changes: CapturedChanges,
    @Inject(STORE) private readonly store: StoreTransactions,
  ) {
    dispatcher.onRecorded(() => {
      if (pending.hasLanes || pending.hasEvents) this.timer.wake();
    });
  }

  /** Starts the loop, outside of the async context of any request. */
  start(): void {
    if (this.running) return;
    this.stopping = false;
    this.steppedAt = this.store.monotonicNow();
    this.timer.use(findHostScheduler(this.modules));
    this.running = AsyncLocalStorage.snapshot()(() => this.loop());
  }

  /** Returns true if this worker soon handles what this process commits. Then other processes need no announcement. */
  get takesWork(): boolean {
    return this.running !== null && !this.stopping && this.dispatcher.intake.claimableCount > 0;
  }

  /** Time (ms) since the loop completed a step: at most about `worker.idlePollMs` if it works. `null`: it does not run. */
  get pollAgeMs(): number | null {
    return this.steppedAt === null ? null : Math.max(0, this.store.monotonicNow() - this.steppedAt);
  }

  /** A commit in this process has created work. Starts this work at once. */
  wake(work: LocalCommit): void {
    this.pending.noteCommit(work);
    this.timer.wake();
  }

  /** Another process has announced a commit. The work is done now, unless another worker does it. */
  hear(work: CommittedWork): void {
    this.pending.noteAnnounced(work);
    this.timer.wake();
  }

  /**
   * Stops claiming, returns unsent deliveries to their lanes, waits up to `worker.drainMs` for requests in flight, and
   * aborts the rest. Resolves when all outcomes are recorded, or when the database has not accepted them in time.
   */
  async stop(): Promise<void> {
    this.stopping = true;
    this.steppedAt = null;
    this.timer.wake();
    this.dispatcher.stop();
    const { drainMs } = this.settings;
    const closing = setTimeout(() => void this.transport.close(), drainMs);
    const abandoning = setTimeout(() => this.dispatcher.abandon(), drainMs + RECORD_GRACE_MS);
    await this.running;
    this.running = null;
    await Promise.all([this.maintenance.stop(), this.deepScan.stop(), this.changes.stop()]);
    await Promise.all([this.dispatcher.whenIdle(), this.alerts.stop(drainMs)]);
    clearTimeout(closing);
    clearTimeout(abandoning);
    await this.transport.close();
    await this.maintenance.flush();
    await this.leases
      .deleteFinished(true)
      .catch((error: Error) =>
        this.logger.warn(`Deleting this worker's lease failed; the lease will expire: ${error.message}`),
      );
  }

  private async loop(): Promise<void> {
    let pause = MIN_RETRY_PAUSE_MS;
    while (!this.stopping) {
      let wait = 0;
      try {
        wait = await this.pipeline.exclusively(() => this.step());
        if (!this.stopping) this.steppedAt = this.store.monotonicNow();
        pause = MIN_RETRY_PAUSE_MS;
      } catch (error) {
        this.logger.error(`Polling the database failed: ${(error as Error).message}`);
        this.nextCheckAt = 0; // the failed step has cleared what was known
        wait = pause * (1 + Math.random() / 2);
        pause = Math.min(pause * 2, MAX_RETRY_PAUSE_MS);
      }
      if (wait > 0 && !this.stopping) await this.timer.sleep(wait);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Does the known work, then checks for more if a check is due. Returns how long (ms) to wait. */
  private async step(): Promise<number> {
    const { pending } = this;
    this.timer.beginStep();
    let hasProgress = false;
    if (pending.hasEvents && pending.mayRelay()) hasProgress = await this.relay();
    if (pending.hasLanes && pending.mayClaim()) hasProgress = (await this.claim()) || hasProgress;
    if (pending.takeLaneChange()) this.nextCheckAt = 0;
    if (performance.now() >= this.nextCheckAt) hasProgress = (await this.checkForWork()) || hasProgress;
    if (hasProgress || this.timer.wasWoken) return 0;
    const untilRelay = pending.hasEvents ? MAX_RELAY_DELAY_MS : pending.standby.msUntilLook;
    return Math.max(1, Math.min(this.nextCheckAt - performance.now(), untilRelay));
  }

  private async relay(): Promise<boolean> {
    return this.relayWith((written) => this.pipeline.relayBatch(written));
  }

  private async relayBeside(): Promise<boolean> {
    const hasProgress = await this.relayWith((written) => this.pipeline.relayBeside(written));
    this.timer.wake(); // another step, for what waits in lanes
    return hasProgress;
  }

  private async relayWith(
    relay: (written: readonly WrittenEvent[] | null) => Promise<RelayResult>,
  ): Promise<boolean> {
    const { pending } = this;
    const areOwn = pending.hasOwnEvents;
    const result = await relay(pending.noteRelayBegins());
    pending.noteRelayed(result);
    // Another worker relays the events, or relays an earlier event of their subject, which must come first.
    if (areOwn && result.relayed === 0 && !result.isEmpty) this.nextCheckAt = 0;
    return result.relayed > 0;
  }

  /**
   * Waits for `work`. Meanwhile, relays events as they are committed, if there are only a few at a time. So these events do
   * not wait for a long claim from lanes with many retries.
   */
  private async relayDuring<T>(work: Promise<T>): Promise<T> {
    const { pending } = this;
    let isDone = false;
    let hasProgress = true;
    const noteEnd = (): void => void (isDone = true);
    const ended = work.then(noteEnd, noteEnd);
    try {
      while (!isDone) {
        if (pending.hasEvents && hasProgress && !this.stopping && pending.mayRelay())
          hasProgress = await this.relayBeside();
        else await this.timer.pauseDuring(ended);
      }
    } finally {
      await ended; // also after an error: one step at a time
    }
    return work;
  }

  private async claim(): Promise<boolean> {
    this.pending.noteClaimBegins();
    const result = await this.relayDuring(this.pipeline.claimBatch());
    this.pending.noteClaimed(result);
    this.deepScan.consider(result.unreached);
    if (this.dispatcher.noteHeldBack(result.heldBack)) this.pollSoon();
    // A claim skips lanes that are locked or have no room. They are still due, but `pending` no longer says so.
    if (result.leased.length === 0) this.checkSoon();
    // Lanes whose last attempts failed need no check soon, because they are due at known times.
    if (result.lanesWithMore.some((laneId) => !this.dispatcher.intake.isUnwell(laneId)))
      this.pollMs = this.settings.busyPollMs;
    return result.leased.length > 0;
  }

  /** Checks again soon: the delivery that holds back a lane may have ended, or another worker may be sending it. */
  private pollSoon(): void {
    this.pollMs = Math.min(HELD_LANE_WAIT_MS, this.settings.busyPollMs);
    this.checkSoon();
  }

  private checkSoon(): void {
    this.nextCheckAt = Math.min(this.nextCheckAt, performance.now() + HELD_LANE_WAIT_MS);
  }

  /** Checks the database for work, and runs urgent maintenance. Returns whether there is more to do now. */
  private async checkForWork(): Promise<boolean> {
    const check = await this.pipeline.checkForWork();
    this.pending.noteChecked(check);
    const hasMoreMaintenance = await this.relayDuring(this.maintenance.runUrgent(check));
    this.maintenance.startRound();
    const { hasEvents, dueInMs, hasChanges } = check;
    const isMapping = hasChanges && this.changes.wake();
    const { busyPollMs, idlePollMs } = this.settings;
    const isNews = hasEvents && !this.pending.expectsEvents;
    this.pollMs =
      isNews || isMapping ? busyPollMs : Math.min(Math.max(this.pollMs * 2, busyPollMs), idlePollMs);
    const untilDue = dueInMs === null ? Infinity : Math.max(dueInMs, MIN_POLL_MS);
    this.nextCheckAt = performance.now() + (hasMoreMaintenance ? 0 : Math.min(untilDue, this.pollMs));
    return (
      hasMoreMaintenance ||
      (this.pending.hasEvents && this.pending.mayRelay()) ||
      (dueInMs === 0 && this.dispatcher.intake.claimableCount > 0)
    );
  }
}
