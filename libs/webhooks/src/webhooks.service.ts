import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { WebhookAudit } from './observability/audit.js';
import { WebhookDeliveries } from './deliveries/deliveries.service.js';
import { DeliveryEvents } from './observability/delivery-events.js';
import { type HealthWarning, HealthCheck } from './observability/health.js';
import { StatsReader, type WebhookStats } from './operator/stats.js';
import { WebhookAccounts } from './accounts/accounts.service.js';
import { WebhookEndpoints } from './endpoints/endpoints.service.js';
import { WebhookOperator } from './operator/operator.service.js';
import { URL_POLICY, type UrlPolicy } from './http/policy/url-policy.js';
import type { PublishedEvent, WebhookEventInput, WebhookEventMap } from './events/event.js';
import { Outbox } from './outbox/outbox.js';
import { WebhookSubjects } from './deliveries/subjects.service.js';
import { type RunResult, RunOnce } from './engine/run-once.js';
import { SETTINGS, type Settings } from './config/settings.js';

/**
 * What a host injects. `Map` names its types of events: the catalogue, or that and its own
 * (`WebhooksService<WebhookEventMap & { 'invoice.paid': { invoice: Invoice } }>`).
 *
 * - An event exists if and only if the transaction it was published in committed.
 * - Every committed event reaches every matching endpoint at least once, with the same id and the same bytes, or ends
 *   in a visible state with a true reason.
 *
 * @publicApi
 */
@Injectable()
export class WebhooksService<Map = WebhookEventMap> {
  /** @internal The module constructs this class. */
  constructor(
    private readonly outbox: Outbox,
    private readonly once: RunOnce,
    private readonly statistics: StatsReader,
    private readonly healthCheck: HealthCheck,
    @Inject(URL_POLICY) private readonly urls: UrlPolicy,
    @Inject(SETTINGS) private readonly settings: Settings,
    /** Registration: what the REST routes do. */
    readonly endpoints: WebhookEndpoints,
    /** The delivery log: look, retry, cancel. */
    readonly deliveries: WebhookDeliveries,
    /** What became of one message, for the host's own pages. */
    readonly subjects: WebhookSubjects,
    /** Over all tenants: for the people who run the backend, never for a tenant. */
    readonly operator: WebhookOperator,
    /** Tenants' own settings. */
    readonly accounts: WebhookAccounts,
    /** In-process events: `events.on('exhausted', (notice) => …)`. */
    readonly events: DeliveryEvents,
    /** Who created, rotated, revealed, replayed, deleted. */
    readonly audit: WebhookAudit,
  ) {}

  /**
   * Writes one event, or several, in the caller's transaction, with one statement.
   *
   * @param tx the `EntityManager` that `dataSource.transaction()` hands to its callback, or that of a query runner after `startTransaction()`
   * @returns its id (`evt_…`) and whether its idempotency key was known, in the order given
   * @throws TransactionRequiredError where `tx` has no open transaction of this data source
   * @throws InvalidEventError where an event cannot be stored; nothing was written
   */
  publish(tx: EntityManager, event: WebhookEventInput<Map>): Promise<PublishedEvent>;
  publish(tx: EntityManager, events: readonly WebhookEventInput<Map>[]): Promise<PublishedEvent[]>;
  async publish(
    tx: EntityManager,
    events: WebhookEventInput<Map> | readonly WebhookEventInput<Map>[],
  ): Promise<PublishedEvent | PublishedEvent[]> {
    const list = (Array.isArray(events) ? events : [events]) as readonly WebhookEventInput[];
    const published = await this.outbox.publish(tx, list);
    return Array.isArray(events) ? published : published[0]!;
  }

  /**
   * For the host's intake: throws {@link UrlRefusedError} (`code`, and a `message` for the customer) where a `callbackUrl`
   * could not be used. `publish` itself takes any: a bad one becomes a discarded delivery.
   */
  assertCallbackUrl(url: string): void {
    this.urls.check(url, this.settings.profile.registration);
  }

  /** Relays, claims and sends until nothing is due, waits for what it sent, and answers what it did. For tests and cron. */
  async runOnce(): Promise<RunResult> {
    return this.once.run();
  }

  /** What will make deliveries slow, and what to do: empty when all is well. */
  async health(): Promise<HealthWarning[]> {
    return this.healthCheck.check();
  }

  /** How the queue stands: a few indexed look-ups. */
  async stats(): Promise<WebhookStats> {
    return this.statistics.read();
  }
}
