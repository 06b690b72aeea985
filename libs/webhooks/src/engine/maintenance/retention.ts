import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import type { MaintenanceStore } from '../../store/maintenance-store.js';
import { STORE } from '../../store/store.js';

/** Batches of deliveries and of events in one round; the next round continues behind them. */
const MAX_BATCHES_PER_ROUND = 200;
const START = '0';

/** Deletes rows that are older than the retention. */
@Injectable()
export class Retention {
  /** Where the next round continues: if it began at the start, rows that must stay would stop it for ever. */
  private afterDelivery = START;
  private afterEvent = START;
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
    if (retentionMs === false) return;
    const { store } = this;
    await store.deleteOldAlerts(retentionMs);
    this.afterDelivery = await this.inBatches(this.afterDelivery, (after) =>
      store.deleteOldDeliveries(retentionMs, after),
    );
    this.afterEvent = await this.inBatches(this.afterEvent, (after) =>
      store.deleteUnusedEvents(retentionMs, after),
    );
    if (this.isStopped) return;
    await store.deleteUnusedEndpoints(retentionMs);
    this.afterLane = await store.deleteIdleLanes(this.afterLane);
  }

  /** Returns where the next round continues. */
  private async inBatches(
    after: string,
    deleteBatch: (after: string) => Promise<string | null>,
  ): Promise<string> {
    let next: string | null = after;
    for (let batch = 0; batch < MAX_BATCHES_PER_ROUND && next !== null && !this.isStopped; batch++)
      next = await deleteBatch(next);
    return next ?? START;
  }
}
