import { Inject, Injectable } from '@nestjs/common';
import { LineLogger } from '../../core/line-logger.js';
import { deleteOldAlerts } from '../../store/postgres/maintenance/delete-old-alerts.js';
import { AlertSender } from '../../alerts/alert-sender.js';
import { Session } from '../../store/postgres/connection/session.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { disableFailingEndpoints } from '../../store/postgres/maintenance/disable-endpoints.js';
import { discardBacklog } from '../../store/postgres/maintenance/discard-backlog.js';
import { HealthCheck } from '../../observability/health.js';
import { deleteIdleLanes } from '../../store/postgres/maintenance/delete-idle-lanes.js';
import { Leases } from '../claim/leases.js';
import type { WorkCheck } from '../../store/postgres/claim/check-for-work.js';
import { OutcomeReporter } from '../record/outcome-reporter.js';
import { rescueExpiredLeases } from '../../store/postgres/maintenance/rescue-leases.js';
import {
  deleteOldDeliveries,
  deleteUnusedEndpoints,
  deleteUnusedEvents,
} from '../../store/postgres/maintenance/delete-old-rows.js';
import { warnFailingEndpoints } from '../../store/postgres/maintenance/warn-failing-endpoints.js';

/** Between two rounds of the slow chores, ms. */
const ROUND = 60_000;
/** A warning about the database is not repeated within this, ms. */
const WARN_AGAIN = 3_600_000;
/** Batches of retention in one round, of deliveries and of events: the rest waits for the next. */
const RETENTION_BATCHES = 200;

/** What keeps the tables small and the promises kept when workers die. */
@Injectable()
export class Maintenance {
  private readonly logger = new LineLogger('WebhookHousekeeper');
  private nextRound = 0;
  private underWay: Promise<unknown> | null = null;
  private stopped = false;
  /** What old rows a round deletes, and where the next one goes on: rows that must stay would else stop it for ever. */
  private readonly sweeps = [
    { sweep: deleteOldDeliveries, from: '0' },
    { sweep: deleteUnusedEvents, from: '0' },
  ];
  /** Where the next round goes on to look for idle lanes. */
  private lanesFrom = '0';
  private readonly warned = new Map<string, number>();
  private readonly exempt: string[];

  constructor(
    private readonly database: Session,
    private readonly leases: Leases,
    private readonly reporter: OutcomeReporter,
    private readonly alerts: AlertSender,
    private readonly health: HealthCheck,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.exempt = [...settings.profiles.values()]
      .filter((each) => !each.disablesOnFailure)
      .map((each) => each.name);
  }

  /** What a look found: leases that ran out, backlogs of closed lanes, alerts. Answers whether there may be more. */
  async runUrgent(seen: Pick<WorkCheck, 'expired' | 'closed' | 'alerts'>): Promise<boolean> {
    if (seen.alerts) this.alerts.wake();
    let more = false;
    if (seen.expired) {
      const recovered = await rescueExpiredLeases(this.database);
      if (recovered > 0)
        this.logger.warn(`${recovered} deliveries came back from a worker that stopped without a word`);
      more ||= recovered > 0;
    }
    if (seen.closed) more = (await discardBacklog(this.database)) > 0 || more;
    await this.leases.remove(this.leases.finished());
    return more;
  }

  /** Starts the slow chores beside the poller, once a minute; a fault of theirs is logged. */
  startRound(): void {
    if (this.underWay || performance.now() < this.nextRound) return;
    this.nextRound = performance.now() + ROUND * (0.9 + Math.random() / 5);
    this.underWay = this.runRound()
      .catch((error: Error) => this.logger.error(`Housekeeping failed: ${error.message}`))
      .finally(() => (this.underWay = null));
  }

  /** Ends the slow chores after the batch they are at. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.underWay;
  }

  /** The slow chores: endpoints that failed too long, the health of the tables, retention. */
  async runRound(): Promise<void> {
    if (this.settings.disableAfterMs !== false) {
      await warnFailingEndpoints(this.database, this.settings.disableAfterMs, this.exempt);
      for (const { id, tenantId } of await disableFailingEndpoints(
        this.database,
        this.settings.disableAfterMs,
        this.exempt,
      )) {
        this.reporter.reportDisabled(id, tenantId, 'endpoint-failing');
      }
    }
    for (const { kind, message } of await this.health.check()) this.warn(kind, message);
    if (this.settings.retentionMs !== false) await this.retain(this.settings.retentionMs);
  }

  /** Each kind once an hour. */
  private warn(kind: string, message: string): void {
    const last = this.warned.get(kind);
    if (last !== undefined && performance.now() - last < WARN_AGAIN) return;
    this.warned.set(kind, performance.now());
    this.logger.warn(message);
  }

  private async retain(retentionMs: number): Promise<void> {
    await deleteOldAlerts(this.database, retentionMs);
    for (const each of this.sweeps) {
      let next: string | null = each.from;
      for (let batch = 0; batch < RETENTION_BATCHES && next !== null && !this.stopped; batch++)
        next = await each.sweep(this.database, retentionMs, next);
      each.from = next ?? '0';
    }
    if (this.stopped) return;
    await deleteUnusedEndpoints(this.database, retentionMs);
    this.lanesFrom = await deleteIdleLanes(this.database, this.lanesFrom);
  }
}
