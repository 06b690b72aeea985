import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { encodeId } from '../../core/ids.js';
import { LineLogger } from '../../core/line-logger.js';
import { WebhookMetrics } from '../../observability/metrics/webhook-metrics.js';
import type { MaintenanceStore, PausedBacklog } from '../../store/maintenance-store.js';
import { STORE } from '../../store/store.js';
import { Leases } from '../claim/leases.js';

/**
 * A round checks at most this many batches of endpoints. For each endpoint, it discards at most this many batches of
 * deliveries. The next round continues.
 */
const MAX_BATCHES_PER_ROUND = 100;
const START = '0';

/** Keeps the backlogs of paused endpoints below the limit, after alerting their owners. */
@Injectable()
export class PausedBacklogs {
  private readonly logger = new LineLogger('WebhookMaintenance');
  /** Where the next round continues. */
  private afterLane = START;
  private roundsToSkip = 0;
  private isStopped = false;

  constructor(
    @Inject(STORE) private readonly store: MaintenanceStore,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly metrics: WebhookMetrics,
    private readonly leases: Leases,
  ) {}

  /** Ends a running round after its current batch. */
  stop(): void {
    this.isStopped = true;
  }

  /**
   * If several workers are busy, each of them counts backlogs only in its share of the rounds. So all of them together count
   * about as often as a single worker does.
   */
  async runRound(): Promise<void> {
    if (this.roundsToSkip > 0) return void this.roundsToSkip--;
    this.roundsToSkip = this.leases.workers - 1;
    for (let batch = 0; batch < MAX_BATCHES_PER_ROUND && !this.isStopped; batch++) {
      const backlogs = await this.store.checkPausedBacklogs(this.settings.pausedBacklog, this.afterLane);
      for (const backlog of backlogs) if (backlog.isOverLimit) await this.discardOldest(backlog);
      this.afterLane = backlogs.at(-1)?.laneId ?? START;
      if (backlogs.length === 0) return;
    }
  }

  private async discardOldest({ laneId, endpointId }: PausedBacklog): Promise<void> {
    const { pausedBacklog } = this.settings;
    let total = 0;
    for (let batch = 0; batch < MAX_BATCHES_PER_ROUND && !this.isStopped; batch++) {
      const discarded = await this.store.discardPausedBacklog(laneId, pausedBacklog);
      total += discarded;
      if (discarded === 0) break;
    }
    if (total === 0) return;
    this.metrics.discarded(total);
    this.logger.warn(
      `Discarded the ${total} oldest deliveries that waited for the paused endpoint ${encodeId('wh', endpointId)}: the limit is ${pausedBacklog} (limits.pausedBacklog)`,
    );
  }
}
