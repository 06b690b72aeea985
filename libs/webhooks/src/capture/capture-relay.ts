import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../config/settings.js';
import { LineLogger } from '../core/line-logger.js';
import { describeRowKey } from '../core/row-key.js';
import { type EventRules, eventRules } from '../outbox/event-rules.js';
import { type ChangeStore, type ClaimedChange, UnreadableRowsError } from '../store/change-store.js';
import type { OutboxStore } from '../store/outbox-store.js';
import { DATA_SOURCE, STORE } from '../store/store.js';
import { CaptureLoop } from './capture-loop.js';
import { CaptureRegistry, type NamedCapture } from './capture-registry.js';
import { describeError, type FailedChange, mapBatch, type MappedBatch, toPostponed } from './map-batch.js';
import { mapChange } from './map-change.js';

type CaptureStore = ChangeStore & OutboxStore;

/** A transaction claims at most this number of untried changes, and at most this number of changes that are due again. */
const BATCH = 200;

/**
 * Publishes the events of captured changes. One transaction locks some changes, maps their rows, writes the events and
 * deletes the changes.
 * - A change is published once: if the transaction fails, the change is mapped again, and its event has the same id.
 * - The changes of a row are published in their order.
 * - If `map` fails for a change, the change stays and is tried again with growing pauses. Only later changes of the same
 *   row wait for it.
 */
@Injectable()
export class CaptureRelay {
  private readonly logger = new LineLogger('WebhookCapture');
  private loops: CaptureLoop[] | null = null;
  private readonly rules: EventRules;
  private readonly stopping = new AbortController();

  constructor(
    private readonly registry: CaptureRegistry,
    @Inject(STORE) private readonly store: CaptureStore,
    @Inject(DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.rules = eventRules(settings);
  }

  get names(): readonly string[] {
    return this.registry.captures.map(({ name }) => name);
  }

  wake(): boolean {
    return this.openLoops().filter((loop) => loop.wake()).length > 0;
  }

  async run(): Promise<number> {
    const counts = await Promise.all(this.openLoops().map((loop) => loop.run()));
    return counts.reduce((total, count) => total + count, 0);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all((this.loops ?? []).map((loop) => loop.stop()));
  }

  private openLoops(): CaptureLoop[] {
    return (this.loops ??= this.registry.captures.map(
      (capture) => new CaptureLoop(capture.name, () => this.relayBatch(capture)),
    ));
  }

  private async relayBatch(capture: NamedCapture, limit = BATCH): Promise<number> {
    try {
      const { done, failed, waiting } = await this.store.transaction((tx) => this.relay(tx, capture, limit));
      this.logFailures(capture.name, failed);
      return done.length + failed.length + waiting.length;
    } catch (error) {
      if (!(error instanceof UnreadableRowsError)) throw error;
      // If one row is unreadable, the statement that reads the batch fails. Reading one row at a time finds that row.
      if (limit > 1) return this.relayBatch(capture, 1);
      return this.postponeUnreadable(capture, error);
    }
  }

  private async relay(tx: CaptureStore, { capture }: NamedCapture, limit: number): Promise<MappedBatch> {
    const claimed = await tx.claimChanges(capture, limit);
    const free = toMap(claimed, limit);
    const surroundings = { manager: this.dataSource.manager, rules: this.rules };
    const rows = free.length > 0 ? await tx.readChangedRows(capture, free) : new Map();
    const batch = await mapBatch(
      free,
      (change) => mapChange(capture, change, rows.get(change.id)!, surroundings),
      () => tx.now(),
      this.stopping.signal,
    );
    for (const change of claimed) {
      if (change.heldUntil !== null) batch.waiting.push({ change, dueAt: change.heldUntil, error: null });
    }
    if (batch.events.length > 0) await tx.insertEvents(batch.events);
    if (batch.done.length > 0) await tx.deleteChanges(capture, batch.done);
    const postponed = toPostponed(batch);
    if (postponed.length > 0) await tx.postponeChanges(capture, postponed);
    return batch;
  }

  private async postponeUnreadable({ name, capture }: NamedCapture, error: Error): Promise<number> {
    const failed = await this.store.transaction(async (tx) => {
      const unreadable = toMap(await tx.claimChanges(capture, 1), 1);
      const batch = await mapBatch(
        unreadable,
        () => Promise.reject(error),
        () => tx.now(),
        this.stopping.signal,
      );
      if (batch.failed.length > 0) await tx.postponeChanges(capture, toPostponed(batch));
      return batch.failed;
    });
    this.logFailures(name, failed);
    return failed.length;
  }

  /** Logs one line for all failures of a batch: the first failure, and how many other rows failed. */
  private logFailures(name: string, failed: readonly FailedChange[]): void {
    const [first] = failed;
    if (!first) return;
    const { change, error, pauseMs } = first;
    const others = failed.length > 1 ? `, and ${failed.length - 1} other rows` : '';
    this.logger.error(
      `Mapping a change of ${name} failed (row ${describeRowKey(change.rowKey)}, attempt ${change.attempts + 1}, again in ${pauseMs / 1000} s${others}): ${describeError(error)}`,
    );
    if (error instanceof Error && error.stack) this.logger.debug(error.stack);
  }
}

/**
 * Returns the changes to map now. A claim with the limit 1 may return two changes: an untried one, and one that is due
 * again.
 */
function toMap(claimed: readonly ClaimedChange[], limit: number): ClaimedChange[] {
  const free = claimed.filter(({ isHeld }) => !isHeld);
  return limit === 1 ? free.slice(0, 1) : free;
}
