import { Inject, Injectable } from '@nestjs/common';
import { LineLogger } from '../../core/line-logger.js';
import { DatabaseClock } from '../../store/postgres/connection/clock.js';
import { HttpError, type HttpTransport } from '../../http/transport.js';
import { UrlRefusedError, type UrlPolicy } from '../../http/policy/url-policy.js';
import { encodeId } from '../../core/ids.js';
import type { Obstacle } from '../../core/states.js';
import type { Profile } from '../../profiles/profile.js';
import type { Settings } from '../../config/settings.js';
import { SETTINGS, TRANSPORT, URL_POLICY } from '../../core/tokens.js';
import { USER_AGENT } from './user-agent.js';
import type { Outcome } from './outcome.js';
import { type RetrySchedule, scheduleOf } from './retry-schedule.js';
import type { LeasedDelivery, Target } from '../destinations/destination.js';
import { ended, givenBack, onError, onResponse } from './classify-response.js';

/** A claim that never comes to an outcome so often has crashed its worker each time. */
const MOST_CLAIMS = 5;
/** Where something stored cannot be read, a delivery waits this long, ms: our fault, not the customer's. */
const REPAIR_WAIT = 60_000;

const URLS_REMEMBERED = 2_000;

/** Makes one attempt of one delivery. Never rejects: whatever happens is an outcome. */
@Injectable()
export class Sender {
  private readonly logger = new LineLogger('WebhookSender');
  private readonly checked = new Set<string>();
  private readonly schedules = new Map<string, RetrySchedule>();

  constructor(
    private readonly clock: DatabaseClock,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(TRANSPORT) private readonly transport: HttpTransport,
    @Inject(URL_POLICY) private readonly urls: UrlPolicy,
  ) {}

  async send(delivery: LeasedDelivery): Promise<Outcome> {
    const { target } = delivery;
    if (delivery.claims > MOST_CLAIMS) return ended(delivery, 'discarded', 'claims-used-up');
    const obstacle = target.obstacle ?? missingSecret(target);
    if (obstacle !== null) return givenBack(delivery, REPAIR_WAIT, obstacle);
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
      return onResponse(delivery, response, startedAt, this.scheduleOf(delivery), this.clock.now());
    } catch (error) {
      this.explain(delivery, error);
      if (error instanceof UrlRefusedError) return ended(delivery, 'discarded', 'url-refused');
      const outcome = onError(delivery, error, startedAt, this.scheduleOf(delivery));
      if (!outcome.attempt)
        this.logger.error(`Delivery dlv_${delivery.id} could not be sent: ${(error as Error).message}`);
      return outcome;
    }
  }

  /** For the operator alone: it may name addresses, and a customer must not learn what is where. */
  private explain({ id }: LeasedDelivery, error: unknown): void {
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
    const { target } = delivery;
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
    const { profile } = delivery.target;
    let schedule = this.schedules.get(profile.name);
    if (!schedule) this.schedules.set(profile.name, (schedule = scheduleOf(profile, this.settings.retry)));
    return schedule;
  }
}

/** By the profile that the body was made in, which need not be the account's present one. */
function missingSecret({ secrets, profile }: Target): Obstacle | null {
  return secrets.length === 0 && profile.secret.required ? 'secret-missing' : null;
}
