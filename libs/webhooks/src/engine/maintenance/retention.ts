import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { KEY_LIFE_MS } from '../../store/idempotency/key-life.js';
import type { IdempotencyStore } from '../../store/idempotency/idempotency-store.js';
import type { MaintenanceStore, RetentionBatch } from '../../store/maintenance-store.js';
import type { ErasureStore } from '../../store/jobs/erasure-store.js';
import { MAX_COUNTED } from '../../store/jobs/progress.js';
import { STORE } from '../../store/store.js';
import { RetentionProgress } from './retention-progress.js';

/** Maximum number of batches in one round, for each kind of row. The next round continues after them. */
const MAX_BATCHES_PER_ROUND = 200;
const START = '0';
/** After this time (ms), erasing starts at the beginning again, and finds the deliveries that were unfinished before. */
const RESTART_INTERVAL_MS = 24 * 3_600_000;
const FIRST_UUID = '00000000-0000-0000-0000-000000000000';

/**
 * Deletes rows that are older than the retention, old idempotency keys, deleted endpoints that have no deliveries, and idle
 * lanes. Erases old bodies.
 */
@Injectable()
export class Retention {
  /** Where the next round continues. If all rounds began at the start, rows that must stay could use up every batch. */
  private afterDelivery = START;
  private afterEvent = START;
  private afterEndpoint = FIRST_UUID;
  private afterLane = START;
  private afterBody = START;
  private afterData = START;
  /** Ms on the store's monotonic clock. */
  private restartErasingAt = 0;
  private isStopped = false;
  /** Progress of the current or latest round in this process. */
  readonly deleting = new RetentionProgress('Deleting old deliveries');
  readonly erasing = new RetentionProgress('Erasing old bodies');

  constructor(
    @Inject(STORE) private readonly store: MaintenanceStore & ErasureStore & IdempotencyStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Ends a running round after its current batch. */
  stop(): void {
    this.isStopped = true;
  }

  async runRound(): Promise<void> {
    const { retentionMs } = this.settings;
    const { store } = this;
    await this.deleteOldKeys();
    if (retentionMs !== false) await this.deleteOldRows(retentionMs);
    await this.eraseOldBodies();
    // Endpoints come after deliveries, so that the round that deletes an endpoint's last delivery also deletes the endpoint.
    const nextEndpoint = await this.inBatches(this.afterEndpoint, (after) =>
      store.deleteUnusedEndpoints(after),
    );
    this.afterEndpoint = nextEndpoint ?? FIRST_UUID;
    if (this.isStopped || retentionMs === false) return;
    this.afterLane = await store.deleteIdleLanes(this.afterLane);
  }

  private async deleteOldKeys(): Promise<void> {
    for (let batch = 0; batch < MAX_BATCHES_PER_ROUND && !this.isStopped; batch++)
      if ((await this.store.deleteOldKeys(KEY_LIFE_MS)) === 0) return;
  }

  private async deleteOldRows(retentionMs: number): Promise<void> {
    const { store } = this;
    await store.deleteOldAlerts(retentionMs);
    await store.deleteOldJobs(retentionMs);
    const nextDelivery = await this.counted(
      this.deleting,
      this.afterDelivery,
      (after) => store.deleteOldDeliveries(retentionMs, after),
      (after) => this.countOld(retentionMs, after, false),
    );
    this.afterDelivery = nextDelivery ?? START;
    const nextEvent = await this.inBatches(
      this.afterEvent,
      async (after) => (await store.deleteUnusedEvents(retentionMs, after)).next,
    );
    this.afterEvent = nextEvent ?? START;
  }

  /**
   * Erased rows stay in the table, so a round continues where the one before ended. Once a day, a round begins at the
   * start.
   */
  private async eraseOldBodies(): Promise<void> {
    const { keepBodiesMs } = this.settings;
    if (keepBodiesMs === false) return;
    const { store } = this;
    const now = store.monotonicNow();
    if (now >= this.restartErasingAt) {
      this.restartErasingAt = now + RESTART_INTERVAL_MS;
      this.afterBody = this.afterData = START;
    }
    await this.counted(
      this.erasing,
      this.afterBody,
      async (after) => {
        const batch = await store.eraseOldDeliveries(keepBodiesMs, after);
        this.afterBody = batch.next ?? this.afterBody;
        return batch;
      },
      (after) => this.countOld(keepBodiesMs, after, true),
    );
    await this.inBatches(this.afterData, async (after) => {
      const { next } = await store.eraseOldEvents(keepBodiesMs, after);
      this.afterData = next ?? this.afterData;
      return next;
    });
  }

  private countOld(keepMs: number, after: string, withBody: boolean): Promise<number> {
    return this.store.countOldDeliveries({ keepMs, after, limit: MAX_COUNTED, withBody });
  }

  /** Like {@link inBatches}, with progress. The remaining rows are counted only if one batch is not enough. */
  private async counted(
    progress: RetentionProgress,
    after: string,
    takeBatch: (after: string) => Promise<RetentionBatch>,
    count: (after: string) => Promise<number>,
  ): Promise<string | null> {
    progress.begin();
    const next = await this.inBatches(after, async (from) => {
      const batch = await takeBatch(from);
      progress.add(batch.done);
      if (!progress.isCounted && batch.done > 0 && batch.next !== null)
        progress.expect(await count(batch.next));
      return batch.next;
    });
    progress.end(next === null);
    return next;
  }

  /** Returns where the next round continues; `null`: at the start. */
  private async inBatches(
    after: string,
    deleteBatch: (after: string) => Promise<string | null>,
  ): Promise<string | null> {
    let next: string | null = after;
    for (let batch = 0; batch < MAX_BATCHES_PER_ROUND && next !== null && !this.isStopped; batch++)
      next = await deleteBatch(next);
    return next;
  }
}
