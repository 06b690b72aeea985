import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { encodeDeliveryId, encodeId } from '../../core/ids.js';
import { LineLogger } from '../../core/line-logger.js';
import type { BlockedReason } from '../../core/states.js';
import { URL_POLICY, type UrlPolicy, UrlRefusedError } from '../../http/policy/url-policy.js';
import { errorClass } from '../../observability/metrics/error-class.js';
import type { TracedOutcome, TraceSink } from '../../observability/tracing/trace-sink.js';
import { traceAttempt } from '../../observability/tracing/traced.js';
import { HttpError, type HttpTransport, TRANSPORT } from '../../http/transport.js';
import type { Profile } from '../../profiles/profile.js';
import { USER_AGENT } from '../../profiles/user-agent.js';
import { STORE } from '../../store/store.js';
import type { StoreTransactions } from '../../store/transactions.js';
import type { Destination } from '../destinations/destination.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import { classifyError, classifyResponse, finish, returnToLane } from './classify-response.js';
import type { Outcome } from './outcome.js';
import { type RetrySchedule, scheduleFor } from './retry-schedule.js';

/** A delivery that was claimed so often without an outcome has probably crashed its worker each time. */
const MAX_CLAIMS = 5;
/** Time (ms) until the next try if a delivery cannot be sent before stored data is repaired. */
const REPAIR_WAIT_MS = 60_000;
const MAX_URLS_REMEMBERED = 2_000;

/** Makes one attempt of one delivery. Never rejects: every error is an outcome. */
@Injectable()
export class Sender {
  private readonly logger = new LineLogger('WebhookSender');
  private readonly checkedUrls = new Set<string>();
  private readonly schedules = new Map<string, RetrySchedule>();

  constructor(
    @Inject(STORE) private readonly store: StoreTransactions,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TRANSPORT) private readonly transport: HttpTransport,
    @Inject(URL_POLICY) private readonly urls: UrlPolicy,
  ) {}

  async send(delivery: LeasedDelivery): Promise<Outcome> {
    const { destination } = delivery;
    if (delivery.claims > MAX_CLAIMS) return finish(delivery, 'discarded', 'claims-used-up');
    const blocked = destination.blockedReason ?? missingSecret(destination);
    if (blocked !== null) return returnToLane(delivery, REPAIR_WAIT_MS, blocked);
    const { traces } = this.settings;
    return traces ? this.trace(traces, delivery) : this.attempt(delivery, null);
  }

  private trace(traces: TraceSink, delivery: LeasedDelivery): Promise<Outcome> {
    const { destination, eventType, attempts, traceparent } = delivery;
    const attempt = {
      deliveryId: encodeDeliveryId(delivery.id),
      endpointId: destination.endpointId && encodeId('wh', destination.endpointId),
      eventType,
      attempt: attempts + 1,
      publishedIn: traceparent,
    };
    const send = (context: string | null): Promise<Outcome> => this.attempt(delivery, context);
    return traceAttempt(traces, attempt, send, describeOutcome);
  }

  /** `context`: trace context of the attempt, as in a `traceparent` header. */
  private async attempt(delivery: LeasedDelivery, context: string | null): Promise<Outcome> {
    const { destination } = delivery;
    const startedAt = performance.now();
    try {
      const url = delivery.callbackUrl ?? destination.url!;
      this.checkUrl(url, destination.profile);
      const body = Buffer.from(delivery.body);
      const headers = this.headersOf(delivery, url, body);
      if (context !== null && this.settings.sendTraceparent) headers.traceparent = context;
      const response = await this.transport.send({
        url,
        body,
        headers,
        timeoutMs: destination.timeoutMs,
      });
      return classifyResponse(delivery, response, startedAt, this.scheduleOf(delivery), this.store.now());
    } catch (error) {
      this.logDetail(delivery, error);
      if (error instanceof UrlRefusedError) return finish(delivery, 'discarded', 'url-refused');
      const outcome = classifyError(delivery, error, startedAt, this.scheduleOf(delivery));
      if (!outcome.attempt)
        this.logger.error(`Delivery dlv_${delivery.id} was not sent: ${(error as Error).message}`);
      return outcome;
    }
  }

  /**
   * Logs the detail of an error, only for the operator: the detail may contain addresses, and customers must not learn about
   * the network.
   */
  private logDetail({ id }: LeasedDelivery, error: unknown): void {
    const detail =
      error instanceof UrlRefusedError ? error.reason : error instanceof HttpError ? error.detail : null;
    if (detail) this.logger.debug(`Delivery dlv_${id} failed: ${detail}`);
  }

  /**
   * Checks the URL again, because it may have been stored under older rules. The rules do not change while the process runs,
   * so URLs that passed are remembered.
   */
  private checkUrl(url: string, { registration }: Profile): void {
    const key = registration.httpsOnly ? `https ${url}` : url;
    if (this.checkedUrls.has(key)) return;
    this.urls.check(url, registration);
    if (this.checkedUrls.size >= MAX_URLS_REMEMBERED) this.checkedUrls.clear();
    this.checkedUrls.add(key);
  }

  /** The profile's headers replace custom headers of the same name. */
  private headersOf(delivery: LeasedDelivery, url: string, body: Buffer): Record<string, string> {
    const { profile, tenantId, secrets, customHeaders } = delivery.destination;
    const signed = profile.headers({
      eventId: encodeId('evt', delivery.eventUuid),
      sequence: delivery.sequence,
      wireType: delivery.wireType,
      tenantId,
      url,
      body,
      secrets,
      now: this.store.now(),
      attempt: delivery.attempts + 1,
    });
    return { ...customHeaders, ...signed, 'content-type': profile.contentType, 'user-agent': USER_AGENT };
  }

  private scheduleOf(delivery: LeasedDelivery): RetrySchedule {
    const { profile } = delivery.destination;
    let schedule = this.schedules.get(profile.name);
    if (!schedule) this.schedules.set(profile.name, (schedule = scheduleFor(profile, this.settings.retry)));
    return schedule;
  }
}

function describeOutcome({ state, attempt }: Outcome): TracedOutcome {
  return { state, status: attempt?.status ?? null, errorType: attempt && errorClass(attempt) };
}

/** For a callback, `profile` is the one in which the body was rendered. The account may have another profile by now. */
function missingSecret({ secrets, profile }: Destination): BlockedReason | null {
  return secrets.length === 0 && profile.secret.required ? 'secret-missing' : null;
}
