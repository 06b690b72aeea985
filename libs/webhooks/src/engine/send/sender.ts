import { Inject, Injectable } from '@nestjs/common';
import { LineLogger } from '../../core/line-logger.js';
import { StoreClock } from '../../store/postgres/connection/clock.js';
import { HttpError, type HttpTransport, TRANSPORT } from '../../http/transport.js';
import { URL_POLICY, type UrlPolicy, UrlRefusedError } from '../../http/policy/url-policy.js';
import { encodeId } from '../../core/ids.js';
import type { BlockedReason } from '../../core/states.js';
import type { Profile } from '../../profiles/profile.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { USER_AGENT } from './user-agent.js';
import type { Outcome } from './outcome.js';
import { type RetrySchedule, scheduleFor } from './retry-schedule.js';
import type { Destination } from '../destinations/destination.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import { finish, returnToLane, classifyError, classifyResponse } from './classify-response.js';

/** A claim that never comes to an outcome so often has crashed its worker each time. */
const MAX_CLAIMS = 5;
/** Where something stored cannot be read, a delivery waits this long, ms: our fault, not the customer's. */
const REPAIR_WAIT_MS = 60_000;

const URLS_REMEMBERED = 2_000;

/** Makes one attempt of one delivery. Never rejects: whatever happens is an outcome. */
@Injectable()
export class Sender {
  private readonly logger = new LineLogger('WebhookSender');
  private readonly checked = new Set<string>();
  private readonly schedules = new Map<string, RetrySchedule>();

  constructor(
    private readonly clock: StoreClock,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TRANSPORT) private readonly transport: HttpTransport,
    @Inject(URL_POLICY) private readonly urls: UrlPolicy,
  ) {}

  async send(delivery: LeasedDelivery): Promise<Outcome> {
    const { destination: target } = delivery;
    if (delivery.claims > MAX_CLAIMS) return finish(delivery, 'discarded', 'claims-used-up');
    const obstacle = target.blockedReason ?? missingSecret(target);
    if (obstacle !== null) return returnToLane(delivery, REPAIR_WAIT_MS, obstacle);
    const startedAt = performance.now();
    try {
      const url = delivery.callbackUrl ?? target.url!;
      this.checkUrl(url, target.profile);
      const body = Buffer.from(delivery.body);
      const response = await this.transport.send({
        url,
        body,
        headers: this.headers(delivery, url, body),
        timeoutMs: target.timeoutMs,
      });
      return classifyResponse(delivery, response, startedAt, this.scheduleOf(delivery), this.clock.now());
    } catch (error) {
      this.logReason(delivery, error);
      if (error instanceof UrlRefusedError) return finish(delivery, 'discarded', 'url-refused');
      const outcome = classifyError(delivery, error, startedAt, this.scheduleOf(delivery));
      if (!outcome.attempt)
        this.logger.error(`Delivery dlv_${delivery.id} could not be sent: ${(error as Error).message}`);
      return outcome;
    }
  }

  /** For the operator alone: it may name addresses, and a customer must not learn what is where. */
  private logReason({ id }: LeasedDelivery, error: unknown): void {
    const why =
      error instanceof UrlRefusedError ? error.reason : error instanceof HttpError ? error.detail : null;
    if (why) this.logger.debug(`Why delivery dlv_${id} was not sent: ${why}`);
  }

  /** The row may be older than a rule. The rules do not change while the process runs, so a URL is checked once. */
  private checkUrl(url: string, { registration }: Profile): void {
    const rule = registration.httpsOnly ? `https ${url}` : url;
    if (this.checked.has(rule)) return;
    this.urls.check(url, registration);
    if (this.checked.size >= URLS_REMEMBERED) this.checked.clear();
    this.checked.add(rule);
  }

  /** The customer's headers first, ours over them. */
  private headers(delivery: LeasedDelivery, url: string, body: Buffer): Record<string, string> {
    const { destination: target } = delivery;
    const signed = target.profile.headers({
      eventId: encodeId('evt', delivery.eventUuid),
      sequence: delivery.sequence,
      wireType: delivery.wireType,
      tenantId: target.tenantId,
      url,
      body,
      secrets: target.secrets,
      now: this.clock.now(),
      attempt: delivery.attempts + 1,
    });
    return {
      ...target.customHeaders,
      ...signed,
      'content-type': target.profile.contentType,
      'user-agent': USER_AGENT,
    };
  }

  private scheduleOf(delivery: LeasedDelivery): RetrySchedule {
    const { profile } = delivery.destination;
    let schedule = this.schedules.get(profile.name);
    if (!schedule) this.schedules.set(profile.name, (schedule = scheduleFor(profile, this.settings.retry)));
    return schedule;
  }
}

/** By the profile that the body was made in, which need not be the account's present one. */
function missingSecret({ secrets, profile }: Destination): BlockedReason | null {
  return secrets.length === 0 && profile.secret.required ? 'secret-missing' : null;
}
