import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import type { MaintenanceStore } from '../../store/maintenance-store.js';
import { STORE } from '../../store/store.js';

/** Batches of deliveries, events and endpoints in one round; the next round continues behind them. */
const MAX_BATCHES_PER_ROUND = 200;
const START = '0';
const FIRST_UUID = '00000000-0000-0000-0000-000000000000';

/** Deletes rows that are older than the retention, and deleted endpoints that have no deliveries. */
@Injectable()
export class Retention {
  /** Where the next round continues: if it began at the start, rows that must stay would stop it for ever. */
  private afterDelivery = START;
  private afterEvent = START;
  private afterEndpoint = FIRST_UUID;
  private afterLane = START;
  private isStopped = false;

  constructor(
    @Inject(STORE) private readonly store: MaintenanceStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Ends a running round after its current batch. */
  stop(): void {
    this.isStopped = true;
  }

  async runRound(): Promise<void> {
    const { retentionMs } = this.settings;
    const { store } = this;
    if (retentionMs !== false) await this.deleteOldRows(retentionMs);
    // After the deliveries: an endpoint goes in the round that deletes its last one.
    const nextEndpoint = await this.inBatches(this.afterEndpoint, (after) =>
      store.deleteUnusedEndpoints(after),
    );
    this.afterEndpoint = nextEndpoint ?? FIRST_UUID;
    if (this.isStopped || retentionMs === false) return;
    this.afterLane = await store.deleteIdleLanes(this.afterLane);
  }

  private async deleteOldRows(retentionMs: number): Promise<void> {
    const { store } = this;
    await store.deleteOldAlerts(retentionMs);
    await store.deleteOldJobs(retentionMs);
    const nextDelivery = await this.inBatches(this.afterDelivery, (after) =>
      store.deleteOldDeliveries(retentionMs, after),
    );
    this.afterDelivery = nextDelivery ?? START;
    const nextEvent = await this.inBatches(this.afterEvent, (after) =>
      store.deleteUnusedEvents(retentionMs, after),
    );
    this.afterEvent = nextEvent ?? START;
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
