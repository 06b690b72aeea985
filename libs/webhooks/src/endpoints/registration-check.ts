import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { checkHeaders, HeaderRefusedError } from '../http/policy/header-policy.js';
import { UrlPolicy, UrlRefusedError } from '../http/policy/url-policy.js';
import type { Profile } from '../profiles/profile.js';
import {
  badRequest,
  conflict,
  type ErrorDetail,
  tooManyRequests,
  unprocessable,
  WebhooksRequestError,
} from '../core/request-error.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { eventNamesOf } from './event-names.js';
import { type ChangeEndpoint, RegisterEndpoint } from './register-endpoint.dto.js';
import { findEventProblems, findFieldProblems, findSecretProblem } from './registration-rules.js';
import { LineLogger } from '../core/line-logger.js';

const MINUTE_MS = 60_000;

/** Any valid signing input: only the names of the resulting headers matter. */
const SAMPLE_INPUT = {
  eventId: 'evt_00000000000000000000000000',
  sequence: '1',
  wireType: 'webhook.test',
  tenantId: 'tenant',
  url: 'https://example.com/',
  body: Buffer.from('{}'),
  now: 0,
  attempt: 1,
};

/** What the module and the profile allow in a registration. The shape of its fields has been checked before. */
@Injectable()
export class RegistrationCheck {
  private readonly logger = new LineLogger('Webhooks');
  private readonly urls: UrlPolicy;
  private readonly namesByProfile = new Map<string, readonly string[] | null>();

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {
    this.urls = new UrlPolicy(settings);
  }

  /** The profile of an existing endpoint. Throws a 409 if the host no longer has this profile. */
  requireProfileOf(endpoint: { profile: string }): Profile {
    const profile = this.settings.profiles.get(endpoint.profile);
    if (profile) return profile;
    throw conflict(
      'profile_missing',
      `The profile ${endpoint.profile} of this webhook does not exist any more: register another webhook with another profile.`,
    );
  }

  /** Throws a 422 naming every field that the profile refuses. */
  checkFields(profile: Profile, input: RegisterEndpoint | ChangeEndpoint): void {
    const problems: ErrorDetail[] = findFieldProblems(profile, input);
    if (input.events) problems.push(...findEventProblems(profile, input.events, this.namesOf(profile)));
    const secret =
      input instanceof RegisterEndpoint || input.secret !== undefined
        ? findSecretProblem(profile, input.secret)
        : null;
    if (secret) problems.push(secret);
    if (problems.length > 0) throw unprocessable(...problems);
  }

  /** The event names that this profile's webhooks can subscribe to; `null`: any. */
  namesOf(profile: Profile): readonly string[] | null {
    let names = this.namesByProfile.get(profile.name);
    if (names === undefined) {
      names = eventNamesOf(profile, this.settings);
      this.namesByProfile.set(profile.name, names);
    }
    return names;
  }

  /** The URL as it is stored. Throws a 400 if `url` is not a URL, and a 422 if the URL is not allowed. */
  checkUrl(profile: Profile, url: string): string {
    try {
      return this.urls.check(url, profile.registration).href;
    } catch (error) {
      if (!(error instanceof UrlRefusedError)) throw error;
      // Logged for the operator: the response must not tell the tenant what is reachable in this network.
      this.logger.debug(`Refused a webhook URL: ${error.reason}`);
      const isProfileRule = error.code === 'https_required' && this.settings.allowHttp;
      const message = isProfileRule
        ? `Webhooks of profile ${profile.name} are sent over https only.`
        : error.message;
      const detail = { field: 'url', code: error.code, message };
      throw error.code === 'invalid_url' ? badRequest(detail) : unprocessable(detail);
    }
  }

  /** Custom headers with lower-case names. Throws a 400 naming the header. */
  checkHeaders(profile: Profile, headers: Record<string, string>): Record<string, string> {
    const own = Object.keys(profile.headers({ ...SAMPLE_INPUT, secrets: [profile.secret.generate()] }));
    try {
      return checkHeaders(headers, own);
    } catch (error) {
      if (!(error instanceof HeaderRefusedError)) throw error;
      throw badRequest({ field: error.field, code: error.code, message: error.message });
    }
  }

  /** Throws a 409 if the tenant has the maximum number of endpoints, in all or with this profile. */
  checkLimit(profile: Profile, existing: readonly { profile: string }[]): void {
    const { maxEndpoints } = profile.registration;
    const limit = this.settings.endpointsPerTenant;
    if (existing.length >= limit)
      throw tooMany(`An account can have at most ${limit} webhooks. Delete one first.`);
    const same = existing.filter((endpoint) => endpoint.profile === profile.name).length;
    if (maxEndpoints !== null && same >= maxEndpoints) {
      throw tooMany(
        `An account can have at most ${maxEndpoints} webhooks of profile ${profile.name}. Delete one first.`,
      );
    }
  }

  /**
   * Throws a 429 if the tenant has registered the maximum number of endpoints within a minute.
   *
   * @param earlier registration time (epoch ms) of the tenant's `registrationsPerMinute`-th newest endpoint; `null`: the
   *   tenant has fewer endpoints
   */
  checkRate(earlier: number | null, now: number): void {
    if (earlier === null || earlier <= now - MINUTE_MS) return;
    throw tooManyRequests('registrations', this.settings.registrationsPerMinute, earlier + MINUTE_MS - now);
  }

  /** Throws a 409 if the profile allows only one endpoint for each event, and another endpoint has one of these events. */
  checkEventsFree(
    profile: Profile,
    events: readonly string[],
    others: readonly { profile: string; events: string[] }[],
  ): void {
    if (!profile.registration.onePerEvent) return;
    const taken = events.filter((name) =>
      others.some((other) => other.profile === profile.name && other.events.includes(name)),
    );
    if (taken.length === 0) return;
    const message = `The profile ${profile.name} sends each event to one URL. Another webhook already has ${taken.join(', ')}.`;
    throw conflict('event_taken', message, [{ field: 'events', code: 'event_taken', message }]);
  }

  /** Throws a 409 if another endpoint of the tenant has this `uid`. */
  checkUidFree(uid: string | null | undefined, others: readonly { uid: string | null }[]): void {
    if (!uid || others.every((other) => other.uid !== uid)) return;
    const message = `Another webhook already has the uid ${uid}.`;
    throw conflict('uid_taken', message, [{ field: 'uid', code: 'uid_taken', message }]);
  }
}

function tooMany(message: string): WebhooksRequestError {
  return new WebhooksRequestError(HttpStatus.CONFLICT, 'endpoint_limit', message);
}
