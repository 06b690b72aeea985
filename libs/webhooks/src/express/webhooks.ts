import type { WebhooksService } from '../webhooks.service.js';
import type { DescribeOpenApi } from './describe-open-api.js';
import type { WebhooksRouter } from './http.js';
import type { WebhooksWorker } from './webhooks-worker.js';
import { nameForExpress } from './name-caller.js';

/**
 * What {@link createWebhooks} returns: everything that {@link WebhooksService} offers in a Nest app, the routes, and the
 * worker. The functions also work without the object: `const { publish, router } = webhooks`.
 */
export class Webhooks implements Omit<WebhooksService, 'runOnce'> {
  /** The routes: `app.use('/api', webhooks.router)`, after the host's authentication. */
  readonly router: WebhooksRouter;
  /** Delivers the events. Start the worker only in processes that are to deliver. */
  readonly worker: WebhooksWorker;

  /** Writes one event or several in the caller's transaction, as {@link WebhooksService.publish} does. */
  readonly publish: WebhooksService['publish'];
  /** Registers, reads, changes and deletes endpoints, as the routes do. */
  readonly endpoints: WebhooksService['endpoints'];
  /** The delivery log: list, retry, cancel. */
  readonly deliveries: WebhooksService['deliveries'];
  /** What happened to the events of one message, for the host's own pages. */
  readonly subjects: WebhooksService['subjects'];
  /** Published events: list them, and replay them to an endpoint that did not get them. */
  readonly eventLog: WebhooksService['eventLog'];
  /** Background work that a call has started, such as a replay. */
  readonly jobs: WebhooksService['jobs'];
  /** Calls across all tenants: for the people who run the backend, never for a tenant. */
  readonly operator: WebhooksService['operator'];
  /** Tenants' own settings. */
  readonly accounts: WebhooksService['accounts'];
  /** In-process events: `events.on('exhausted', (notice) => …)`. */
  readonly events: WebhooksService['events'];
  /** Who created, changed or deleted an endpoint, who rotated or revealed a secret, and who retried a delivery. */
  readonly audit: WebhooksService['audit'];
  /** Creates sessions for the webhooks page. */
  readonly portal: WebhooksService['portal'];
  /** Throws if a customer's `callbackUrl` is not allowed. Call it before you store the URL. */
  readonly assertCallbackUrl: WebhooksService['assertCallbackUrl'];
  /** Returns what will make deliveries slow, and what to do about it. An empty list: all is well. */
  readonly health: WebhooksService['health'];
  /** Returns for a health check whether deliveries work: `up`, `degraded` or `down`, and why. */
  readonly healthReport: WebhooksService['healthReport'];
  /** Returns the figures of the queue. */
  readonly stats: WebhooksService['stats'];

  /** Returns an OpenAPI 3.1 document of the routes, and of the requests that receivers get. */
  readonly openApi: DescribeOpenApi;

  private closed: Promise<void> | null = null;

  /** @internal `createWebhooks` makes it. */
  constructor(
    service: WebhooksService,
    { router, worker, openApi }: { router: WebhooksRouter; worker: WebhooksWorker; openApi: DescribeOpenApi },
    private readonly end: () => Promise<void>,
  ) {
    this.router = router;
    this.worker = worker;
    this.openApi = openApi;
    this.publish = service.publish.bind(service) as WebhooksService['publish'];
    this.assertCallbackUrl = service.assertCallbackUrl.bind(service);
    this.health = async () => {
      const warnings = await service.health();
      return warnings.map((warning) => ({ ...warning, message: nameForExpress(warning.message) }));
    };
    this.healthReport = async (thresholds) => {
      const report = await service.healthReport(thresholds);
      const problems = report.problems.map((each) => ({ ...each, message: nameForExpress(each.message) }));
      return { ...report, problems };
    };
    this.stats = service.stats.bind(service);
    this.endpoints = service.endpoints;
    this.deliveries = service.deliveries;
    this.subjects = service.subjects;
    this.eventLog = service.eventLog;
    this.jobs = service.jobs;
    this.operator = service.operator;
    this.accounts = service.accounts;
    this.events = service.events;
    this.audit = service.audit;
    this.portal = service.portal;
  }

  /**
   * Stops the worker, and waits until the outcomes of its requests are recorded. Leaves the host's data source open. Call
   * `close` after the server has closed, and before `dataSource.destroy()`.
   */
  readonly close = (): Promise<void> => (this.closed ??= this.end());
}
