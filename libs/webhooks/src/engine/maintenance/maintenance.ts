import { Inject, Injectable } from '@nestjs/common';
import { AlertSender } from '../../alerts/alert-sender.js';
import { LineLogger } from '../../core/line-logger.js';
import { HealthCheck } from '../../observability/health.js';
import { WebhookMetrics } from '../../observability/metrics/webhook-metrics.js';
import type { MaintenanceStore } from '../../store/maintenance-store.js';
import type { OperatorStore } from '../../store/jobs/operator-store.js';
import type { WorkCheck } from '../../store/lane-store.js';
import { STORE } from '../../store/store.js';
import { JobRunner } from '../replay/job-runner.js';
import { Leases } from '../claim/leases.js';
import { FailingEndpoints } from './failing-endpoints.js';
import { FigureWriter } from './figure-writer.js';
import { PausedBacklogs } from './paused-backlogs.js';
import { Retention } from './retention.js';

/** Time (ms, ±10 %) between two rounds of the slow tasks. */
const ROUND_INTERVAL_MS = 60_000;
/** Time (ms) between two checks for lanes that the operator's pauses cover. */
const PAUSES_INTERVAL_MS = 1_000;
/** A warning about the database is not repeated within this time. */
const WARNING_INTERVAL_MS = 3_600_000;

/** Keeps the tables small, and cleans up after workers that died. */
@Injectable()
export class Maintenance {
  private readonly logger = new LineLogger('WebhookMaintenance');
  private nextRoundAt = 0;
  /** On the store's monotonic clock. */
  private nextPausesAt = 0;
  private running: Promise<unknown> | null = null;
  private readonly warnedAt = new Map<string, number>();

  constructor(
    @Inject(STORE) private readonly store: MaintenanceStore & OperatorStore,
    private readonly leases: Leases,
    private readonly alerts: AlertSender,
    private readonly health: HealthCheck,
    private readonly failingEndpoints: FailingEndpoints,
    private readonly pausedBacklogs: PausedBacklogs,
    private readonly retention: Retention,
    private readonly figures: FigureWriter,
    private readonly jobs: JobRunner,
    private readonly metrics: WebhookMetrics,
  ) {}

  /**
   * Handles what a check for work found: expired leases, backlogs of closed lanes, alerts, jobs, pauses. Returns whether there
   * may be more to handle.
   */
  async runUrgent(
    found: Pick<WorkCheck, 'hasExpiredLeases' | 'hasClosedBacklog' | 'hasAlerts' | 'hasJobs' | 'hasPauses'>,
  ): Promise<boolean> {
    if (found.hasAlerts) this.alerts.wake();
    const hasMorePauses = found.hasPauses && (await this.applyPauses());
    const rescued = found.hasExpiredLeases ? await this.store.rescueExpiredLeases() : 0;
    if (rescued > 0)
      this.logger.warn(`Recovered ${rescued} deliveries from a worker that stopped without releasing them`);
    const discarded = found.hasClosedBacklog ? await this.store.discardBacklog() : 0;
    this.metrics.rescued(rescued);
    this.metrics.discarded(discarded);
    const hasMoreOfJobs = found.hasJobs && (await this.jobs.runPass());
    await this.leases.deleteFinished();
    return rescued > 0 || discarded > 0 || hasMoreOfJobs || hasMorePauses;
  }

  /** Applies the operator's pauses to new endpoints and origins, and finishes interrupted calls of `pause` or `resume`. */
  private async applyPauses(): Promise<boolean> {
    if (this.store.monotonicNow() < this.nextPausesAt) return false;
    const changed = await this.store.applyPauses();
    if (changed === 0) this.nextPausesAt = this.store.monotonicNow() + PAUSES_INTERVAL_MS;
    return changed > 0;
  }

  /** Starts the slow tasks in the background, if a minute has passed since the last start. Logs their errors. */
  startRound(): void {
    if (this.running || performance.now() < this.nextRoundAt) return;
    this.nextRoundAt = performance.now() + ROUND_INTERVAL_MS * (0.9 + Math.random() / 5);
    this.running = this.runRound()
      .catch((error: Error) => this.logger.error(`Maintenance failed: ${error.message}`))
      .finally(() => (this.running = null));
  }

  /** Makes the slow tasks end after their current batch. Resolves when the tasks have ended. */
  async stop(): Promise<void> {
    this.pausedBacklogs.stop();
    this.retention.stop();
    await this.running;
  }

  /** Writes the figures that are only in memory. Call it when all outcomes are recorded. */
  async flush(): Promise<void> {
    await this.figures.flush();
  }

  /** The slow tasks: figures, endpoints that failed for too long, backlogs of paused endpoints, the health of the tables, retention. */
  async runRound(): Promise<void> {
    await this.figures.runRound();
    await this.failingEndpoints.runRound();
    await this.pausedBacklogs.runRound();
    for (const { kind, message } of await this.health.check()) this.warn(kind, message);
    await this.retention.runRound();
  }

  /** Logs each kind of warning at most once an hour. */
  private warn(kind: string, message: string): void {
    const warnedAt = this.warnedAt.get(kind);
    if (warnedAt !== undefined && performance.now() - warnedAt < WARNING_INTERVAL_MS) return;
    this.warnedAt.set(kind, performance.now());
    this.logger.warn(message);
  }
}
