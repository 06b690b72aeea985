import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings.js';
import { LineLogger } from '../core/line-logger.js';
import { type AuditEntry, WebhookAudit } from '../observability/audit.js';
import { WebhookMetrics } from '../observability/metrics/webhook-metrics.js';
import type { SetupStore } from '../store/setup-store.js';
import { type Store, STORE } from '../store/store.js';
import { Dispatcher } from './dispatcher.js';
import { Readiness } from './readiness.js';
import { Worker } from './worker.js';

const STATE_AFTER: Partial<Record<AuditEntry['action'], string>> = {
  'endpoint.paused': 'paused',
  'endpoint.resumed': 'active',
  'endpoint.disabled': 'disabled',
  'endpoint.deleted': 'deleted',
};

/**
 * Feeds the metrics that workers do not feed: commits, changes made by people, and figures of the queue. One query on a
 * timer reads the figures; collecting the metrics sends no query.
 */
@Injectable()
export class MetricsFeed implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new LineLogger('WebhookMetrics');
  private timer: NodeJS.Timeout | null = null;
  private stopAudit: (() => void) | null = null;
  private reading: Promise<void> | null = null;
  private isFailing = false;
  private isStopped = false;

  constructor(
    private readonly metrics: WebhookMetrics,
    private readonly worker: Worker,
    private readonly dispatcher: Dispatcher,
    private readonly audit: WebhookAudit,
    private readonly readiness: Readiness,
    @Inject(STORE) private readonly store: SetupStore & Pick<Store, 'onCommit'>,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.metrics.isOn) return;
    this.stopAudit = this.audit.onAudit((entry) => this.count(entry));
    this.store.onCommit(({ eventTypes }) => this.metrics.published(eventTypes));
    await this.readiness.whenReady(async () => {
      if (this.isStopped) return;
      void this.read();
      this.timer = setInterval(() => void this.read(), this.settings.gaugeIntervalMs).unref();
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopped = true;
    this.stopAudit?.();
    if (this.timer) clearInterval(this.timer);
    await this.reading;
  }

  /** Sets the gauges. Never rejects: an error of the database is logged. */
  read(): Promise<void> {
    return (this.reading ??= this.readOnce().finally(() => (this.reading = null)));
  }

  private async readOnce(): Promise<void> {
    const { inFlight } = this.dispatcher;
    this.metrics.process({ inFlight, pollAgeMs: this.worker.pollAgeMs });
    try {
      this.metrics.queue(await this.store.readQueueFigures());
      if (this.isFailing) this.logger.log('Reading the figures of the queue works again');
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing)
        this.logger.warn(
          `Reading the figures of the queue failed, so the previous ones are kept: ${(error as Error).message}`,
        );
      this.isFailing = true;
    }
  }

  private count({ action }: AuditEntry): void {
    if (action === 'delivery.cancelled') this.metrics.cancelled();
    const state = STATE_AFTER[action];
    if (state !== undefined) this.metrics.endpointChanged(state, null);
  }
}
