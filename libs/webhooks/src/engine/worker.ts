import { AsyncLocalStorage } from 'node:async_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { AlertSender } from '../alerts/alert-sender.js';
import { Pipeline } from './pipeline.js';
import type { CommittedWork } from '../store/store.js';
import { Dispatcher } from './dispatcher.js';
import { Maintenance } from './maintenance/maintenance.js';
import { Leases } from './claim/leases.js';
import { type HttpTransport, TRANSPORT } from '../http/transport.js';
import { LineLogger } from '../core/line-logger.js';
import { PollTimer } from './poll-timer.js';
import { SETTINGS, type Settings } from '../config/settings.js';

/** While there is little room, relaying waits for outcomes, but not longer than this, ms. */
const MAX_RELAY_DELAY_MS = 250;
/** How long a shutdown waits for the database to take the last outcomes, beyond `drainMs`, ms. */
const RECORD_GRACE_MS = 5_000;
/** Between two looks while lanes are due, ms. */
const MIN_POLL_MS = 5;
/** Pause after a failed look, ms; doubled each time up to the longest. */
const MIN_RETRY_PAUSE_MS = 100;
const MAX_RETRY_PAUSE_MS = 5_000;

/**
 * The poller: relays, takes turns and keeps house, again and again.
 * - A commit in this process wakes it at once; other processes' are seen at the next look.
 * - It never waits for a request before it claims again.
 * - A fault of the database pauses it and is logged; nothing is lost.
 */
@Injectable()
export class Worker {
  private readonly logger = new LineLogger('WebhookWorker');
  private running: Promise<void> | null = null;
  private stopping = false;
  /** A commit made lanes due or closed them, which no look has seen. */
  private lanesChanged = false;
  private lookAt = 0;
  /** Between two looks: short after one that found something, twice as long after each that did not. */
  private pollMs = 0;
  private readonly timer: PollTimer;

  constructor(
    private readonly batches: Pipeline,
    private readonly dispatcher: Dispatcher,
    private readonly housekeeper: Maintenance,
    private readonly alerts: AlertSender,
    private readonly leases: Leases,
    schedule: SchedulerRegistry,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TRANSPORT) private readonly transport: HttpTransport,
  ) {
    this.timer = new PollTimer(schedule);
    dispatcher.onRecorded(() => {
      if (batches.lanesWait || batches.committed) this.timer.wake();
    });
  }

  /** Begins to poll, outside any request's context. */
  start(): void {
    if (this.running) return;
    this.stopping = false;
    this.running = AsyncLocalStorage.snapshot()(() => this.loop());
  }

  /** A commit, here or elsewhere, has left work: do it now. */
  wake({ events, lanes }: CommittedWork): void {
    this.batches.committed ||= events;
    this.batches.woken ||= events;
    this.lanesChanged ||= lanes;
    this.timer.wake();
  }

  /**
   * Stops claiming, gives back what has not been sent, waits for requests in flight up to `worker.drainMs` and ends the
   * rest. Resolves when all outcomes are recorded.
   */
  async stop(): Promise<void> {
    this.stopping = true;
    this.timer.wake();
    await this.running;
    this.running = null;
    await this.housekeeper.stop();
    this.dispatcher.stop();
    const drained = this.dispatcher.whenIdle();
    const { drainMs } = this.settings;
    const end = setTimeout(() => void this.transport.close(), drainMs);
    const late = setTimeout(() => this.dispatcher.abandon(), drainMs + RECORD_GRACE_MS);
    await Promise.all([drained, this.alerts.stop(drainMs)]);
    clearTimeout(end);
    clearTimeout(late);
    await this.transport.close();
    await this.leases
      .remove(this.leases.finished(true))
      .catch((error: Error) => this.logger.warn(`A lease is left to run out: ${error.message}`));
  }

  private async loop(): Promise<void> {
    let pause = MIN_RETRY_PAUSE_MS;
    while (!this.stopping) {
      let wait = 0;
      try {
        wait = await this.batches.exclusively(() => this.step());
        pause = MIN_RETRY_PAUSE_MS;
      } catch (error) {
        this.logger.error(`The database could not be asked for work: ${(error as Error).message}`);
        this.lookAt = 0; // what a commit left is taken for done by now
        wait = pause * (1 + Math.random() / 2);
        pause = Math.min(pause * 2, MAX_RETRY_PAUSE_MS);
      }
      if (wait > 0 && !this.stopping) await this.timer.sleep(wait);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Whatever is known to be there to do, then a look where one is due. Answers how long to wait, ms. */
  private async step(): Promise<number> {
    const { batches } = this;
    this.timer.beginStep();
    let progress = false;
    if (batches.committed && this.mayRelay()) {
      const { woken } = batches;
      progress = (await batches.relayBatch()).events > 0;
      // Another worker relays it, or an earlier event of its subject, which it must wait for.
      if (woken && !progress) this.lookAt = 0;
    }
    if (batches.lanesWait && this.mayClaim()) progress = (await batches.claimBatch()).leased > 0 || progress;
    if (this.lanesChanged) {
      this.lanesChanged = false;
      this.lookAt = 0;
    }
    if (performance.now() >= this.lookAt) progress = (await this.checkForWork()) || progress;
    if (progress || this.timer.wasWoken) return 0;
    return Math.max(
      1,
      Math.min(this.lookAt - performance.now(), batches.committed ? MAX_RELAY_DELAY_MS : Infinity),
    );
  }

  /** Asks the database what there is to do, and keeps house. Answers whether there is something. */
  private async checkForWork(): Promise<boolean> {
    const seen = await this.batches.checkForWork();
    this.batches.committed ||= seen.events;
    this.batches.lanesWait ||= seen.dueInMs === 0;
    const more = await this.housekeeper.runUrgent(seen);
    this.housekeeper.startRound();
    const found = seen.events || seen.dueInMs === 0;
    const { busyPollMs, idlePollMs } = this.settings;
    this.pollMs = found ? busyPollMs : Math.min(Math.max(this.pollMs * 2, busyPollMs), idlePollMs);
    const due = seen.dueInMs === null ? Infinity : Math.max(seen.dueInMs, MIN_POLL_MS);
    this.lookAt = performance.now() + (more ? 0 : Math.min(due, this.pollMs));
    return (
      more || (seen.events && this.mayRelay()) || (seen.dueInMs === 0 && this.dispatcher.claimableCount > 0)
    );
  }

  /** Relaying a little at a time costs most: it waits for room, but not for long. */
  private mayRelay(): boolean {
    return (
      this.dispatcher.claimableCount >= this.settings.slots * 8 ||
      performance.now() - this.batches.relayedAt > MAX_RELAY_DELAY_MS
    );
  }

  /** A claim costs the same for few as for many: it waits for room, but not for long. */
  private mayClaim(): boolean {
    return (
      this.dispatcher.shouldClaim ||
      (this.dispatcher.claimableCount > 0 &&
        performance.now() - this.batches.claimedAt > this.settings.busyPollMs)
    );
  }
}
