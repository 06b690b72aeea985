import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings.js';
import { encodeId } from '../core/ids.js';
import { tryParseJson } from '../core/parse-json.js';
import { maskedHeaders } from '../profiles/masked-headers.js';
import type { Profile } from '../profiles/profile.js';
import { USER_AGENT } from '../profiles/user-agent.js';
import { headerNames } from '../secrets/sealed-headers.js';
import { SECRET_BOX, type SecretBox } from '../secrets/secret-box.js';
import type { AttemptRecord, DeliveryDetailRecord } from '../store/delivery-store.js';
import { toAttempt, type WebhookAttempt, type WebhookDelivery } from './delivery.js';

/** The request of an attempt. Its body is the `body` of the delivery. */
export interface AttemptRequest {
  method: 'POST';
  /** The callback's URL, or the endpoint's current one. */
  url: string;
  /** Lower-case names. Signatures and the values of custom headers are masked: `…`. */
  headers: Record<string, string>;
}

/** An attempt with its request and the head of its response. */
export interface WebhookAttemptDetail extends WebhookAttempt {
  /**
   * Derived from the present settings: the custom headers and the URL are today's. `null`: the endpoint's row has been
   * deleted, the host has removed the profile, the profile fails, or the attempt is not among the delivery's latest 100.
   */
  request: AttemptRequest | null;
  /** Headers of a failed attempt's response, at most 2 KB: names in lower case, cookies masked. `null`: none were kept. */
  responseHeaders: Record<string, string> | null;
}

/** A delivery with its body and all its attempts. */
export interface WebhookDeliveryDetail extends WebhookDelivery {
  /** The exact body of the request, as text; `null`: it was erased. */
  body: string | null;
  lastAttempt: WebhookAttemptDetail | null;
  /** Oldest first. */
  attempts: WebhookAttemptDetail[];
}

/** Maximum number of requests that are derived for one delivery: each needs a signature. */
const MAX_REQUESTS = 100;
const MASK = '…';

/** Adds the derived request to each attempt. */
@Injectable()
export class AttemptDetails {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
  ) {}

  /** `attempts`: oldest first. */
  of(
    tenantId: string,
    delivery: DeliveryDetailRecord,
    attempts: readonly AttemptRecord[],
  ): WebhookAttemptDetail[] {
    const { profile: name, url } = delivery;
    const profile = name === null ? undefined : this.settings.profiles.get(name);
    const custom = this.maskedCustomHeaders(tenantId, delivery);
    const body = Buffer.from(delivery.body);
    const oldest = attempts.length - MAX_REQUESTS;
    return attempts.map((attempt, place) => {
      const headers =
        profile && url !== null && place >= oldest
          ? profileHeaders(profile, tenantId, { ...delivery, url }, body, attempt)
          : null;
      return {
        ...toAttempt(attempt),
        request: headers && url !== null ? { method: 'POST', url, headers: { ...custom, ...headers } } : null,
        responseHeaders: responseHeadersOf(attempt),
      };
    });
  }

  private maskedCustomHeaders(
    tenantId: string,
    { endpointId, customHeaders }: DeliveryDetailRecord,
  ): Record<string, string> {
    if (endpointId === null || customHeaders === null) return {};
    const names = headerNames(this.box, { tenantId, id: endpointId, headers: customHeaders }) ?? [];
    return Object.fromEntries(names.map((name) => [name.toLowerCase(), MASK]));
  }
}

/**
 * Returns the headers that the sender adds to the custom ones, or `null` if the profile throws. The host may have written
 * the profile.
 */
function profileHeaders(
  profile: Profile,
  tenantId: string,
  delivery: DeliveryDetailRecord & { url: string },
  body: Buffer,
  { number, startedAt }: AttemptRecord,
): Record<string, string> | null {
  const { eventId, eventSequence, wireType, url, isWithoutSecret } = delivery;
  const input = {
    eventId: encodeId('evt', eventId),
    sequence: eventSequence,
    wireType,
    tenantId,
    url,
    body,
    now: startedAt,
    attempt: number,
  };
  try {
    const { owner, required } = profile.secret;
    const isSigned = owner === 'account' || required || !isWithoutSecret;
    const headers = maskedHeaders(profile, input, isSigned);
    return { ...headers, 'content-type': profile.contentType, 'user-agent': USER_AGENT };
  } catch {
    return null;
  }
}

/**
 * Returns `null` if the stored headers belong to an earlier attempt. Headers are stored with the number of their
 * attempt.
 */
function responseHeadersOf({ number, responseHeaders }: AttemptRecord): Record<string, string> | null {
  if (responseHeaders === null) return null;
  const kept = tryParseJson(responseHeaders) as
    { attempt: number; headers: Record<string, string> } | undefined;
  return kept?.attempt === number ? kept.headers : null;
}
