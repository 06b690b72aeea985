import { Inject, Injectable } from '@nestjs/common';
import type { HostTransaction } from './core/call-context.js';
import { WebhookAudit } from './observability/audit.js';
import { WebhookDeliveries } from './deliveries/deliveries.service.js';
import { DeliveryEvents } from './observability/delivery-events.js';
import { type HealthWarning, HealthCheck } from './observability/health.js';
import { HealthReporter } from './operator/health-report.js';
import type { HealthReport, HealthThresholds } from './observability/health-report.js';
import { StatsReader, type WebhookStats } from './operator/stats.js';
import { WebhookAccounts } from './accounts/accounts.service.js';
import { WebhookEndpoints } from './endpoints/endpoints.service.js';
import { WebhookOperator } from './operator/operator.service.js';
import { URL_POLICY, type UrlPolicy } from './http/policy/url-policy.js';
import type { EventInputOf, PublishedEvent, WebhookEventInput } from './events/event.js';
import type { WebhookEventType } from './events/event-map.js';
import { WebhookPortal } from './portal/sessions/webhook-portal.js';
import { Outbox } from './outbox/outbox.js';
import { WebhookSubjects } from './deliveries/subjects.service.js';
import { WebhookEventLog } from './event-log/event-log.service.js';
import { WebhookJobs } from './event-log/jobs.service.js';
import { type RunResult, RunOnce } from './engine/run-once.js';
import { SETTINGS, type Settings } from './config/settings.js';

/**
 * The service that a host injects.
 *
 * - An event exists if and only if the transaction that published it has committed.
 * - Every committed event either reaches a matching endpoint at least once, always with the same id and the same bytes, or
 *   its delivery ends in a visible state, with the reason.
 *
 * @publicApi
 */
@Injectable()
export class WebhooksService {
  /** @internal The module constructs this class. */
  constructor(
    private readonly outbox: Outbox,
    private readonly once: RunOnce,
    private readonly statistics: StatsReader,
    private readonly healthCheck: HealthCheck,
    private readonly healthReporter: HealthReporter,
    @Inject(URL_POLICY) private readonly urls: UrlPolicy,
    @Inject(SETTINGS) private readonly settings: Settings,
    /** Registration: what the REST routes do. */
    readonly endpoints: WebhookEndpoints,
    /** The delivery log: list, retry, cancel. */
    readonly deliveries: WebhookDeliveries,
    /** What happened to the events of one message, for the host's own pages. */
    readonly subjects: WebhookSubjects,
    /** Published events: list them, and replay them to an endpoint that did not get them. */
    readonly eventLog: WebhookEventLog,
    /** Background work that a call has started, such as a replay. */
    readonly jobs: WebhookJobs,
    /** Calls across all tenants: for the people who run the backend, never for a tenant. */
    readonly operator: WebhookOperator,
    /** Tenants' own settings. */
    readonly accounts: WebhookAccounts,
    /** In-process events: `events.on('exhausted', (notice) => …)`. */
    readonly events: DeliveryEvents,
    /** Who created, changed or deleted an endpoint, who rotated or revealed a secret, and who retried a delivery. */
    readonly audit: WebhookAudit,
    /** Creates sessions for the webhooks page. */
    readonly portal: WebhookPortal,
  ) {}

  /**
   * Writes one event or several with one statement, in the caller's transaction.
   *
   * @param tx the `EntityManager` that `dataSource.transaction()` hands to its callback, or a query runner after `startTransaction()`
   * @param events one event, or a list of events: for a list, the result is a list, too
   * @returns for each event, in the order given: the id (`evt_…`), and whether the idempotency key was already used
   * @throws TransactionRequiredError if `tx` has no open transaction of this data source
   * @throws InvalidEventError if an event cannot be stored; nothing is written then
   */
  publish<Type extends WebhookEventType, Item extends WebhookEventInput = never>(
    tx: HostTransaction,
    // Not two overloads: TypeScript would report for each overload why it does not fit.
    events: EventInputOf<Type> | readonly Item[],
  ): Promise<[Item] extends [never] ? PublishedEvent : PublishedEvent[]>;
  async publish(
    tx: HostTransaction,
    events: WebhookEventInput | readonly WebhookEventInput[],
  ): Promise<PublishedEvent | PublishedEvent[]> {
    if (Array.isArray(events)) return this.outbox.publish(tx, events as readonly WebhookEventInput[]);
    const [published] = await this.outbox.publish(tx, [events as WebhookEventInput]);
    return published!;
  }

  /**
   * Checks a customer's `callbackUrl`. Call this when the customer gives the URL: `publish` accepts any URL, and the
   * delivery to a bad URL is discarded. Does not check the addresses of the host name: they are checked when a request is
   * sent.
   *
   * @param url as the customer gave it
   * @throws UrlRefusedError with a `code`, and a `message` for the customer
   */
  assertCallbackUrl(url: string): void {
    this.urls.check(url, this.settings.profile.registration);
  }

  /**
   * Relays, claims and sends until nothing is due except what another worker holds. Waits until every outcome is recorded. For
   * tests and cron jobs.
   *
   * @returns how many events it relayed, and how many deliveries ended in each way
   */
  async runOnce(): Promise<RunResult> {
    return this.once.run();
  }

  /**
   * Returns what will make deliveries slow, and what to do about it. Does not throw if the tables do not exist: that is a
   * warning, too.
   *
   * @returns an empty list if all is well
   */
  async health(): Promise<HealthWarning[]> {
    return this.healthCheck.check();
  }

  /**
   * For a health check of your own: returns whether deliveries can be expected to work in this process. A customer's failing
   * endpoint does not affect the result. Never rejects. The indicator of `nestjs-sms-webhooks/terminus` returns the same
   * result to Terminus.
   *
   * @param thresholds durations (ms) after which something counts as a problem
   * @returns `up`, `degraded` or `down`, and the problems, each with what to do about it
   */
  async healthReport(thresholds: HealthThresholds = {}): Promise<HealthReport> {
    return this.healthReporter.report(thresholds);
  }

  /** Returns the figures of the queue, by a few indexed queries. Waiting rows are counted up to 10,000. */
  async stats(): Promise<WebhookStats> {
    return this.statistics.read();
  }
}
