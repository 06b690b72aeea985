import { createHash } from 'node:crypto';
import type { ProfileOptions, WebhookPayloads, WebhookProfile } from './profile.js';
import { parseObject } from './raw-body.js';
import { WebhookRefusedError } from './refusal.js';
import { readRequest, type WebhookRequest } from './request.js';
import { httpsms } from './schemes/httpsms.js';
import { mobileTextAlerts } from './schemes/mobile-text-alerts.js';
import { msgine } from './schemes/msgine.js';
import { mysmsgate } from './schemes/mysmsgate.js';
import { opensms } from './schemes/opensms.js';
import type { Scheme } from './schemes/scheme.js';
import { standard } from './schemes/standard.js';

export type VerifyOptions<P extends WebhookProfile = WebhookProfile> = { profile: P } & WebhookRequest &
  ProfileOptions[P];

/** A webhook whose sender is known. */
export interface VerifiedWebhook<P extends WebhookProfile = WebhookProfile> {
  profile: P;
  /**
   * Names the event: the same on every retry, so claim it in a {@link DedupeStore}. Made of the profile's own ids; where a payload
   * has none (an incoming SMS of MySMSGate), a digest of the body.
   */
  id: string;
  /** Event name in the profile's vocabulary; `null` where the payload does not say. */
  type: string | null;
  payload: WebhookPayloads[P];
}

const schemes: { [P in WebhookProfile]: Scheme<P> } = {
  standard,
  'standard-cloudevents': standard,
  msgine,
  opensms,
  mysmsgate,
  'mobile-text-alerts': mobileTextAlerts,
  httpsms,
};

/**
 * Verifies one webhook. Synchronous; sends nothing, keeps nothing.
 * Throws {@link WebhookRefusedError} and nothing else, whatever it is given.
 */
export function verifyWebhook<P extends WebhookProfile>(options: VerifyOptions<P>): VerifiedWebhook<P> {
  const scheme = schemeOf<P>(options);
  const { profile } = options;
  try {
    const request = readRequest(options);
    scheme.verify(request, options);
    const payload = parseObject(request.body);
    const { id, type } = scheme.identify(payload, request);
    return {
      profile,
      id: id ?? digest(request.body),
      type,
      payload: payload as unknown as WebhookPayloads[P],
    };
  } catch (error) {
    if (!(error instanceof WebhookRefusedError)) throw error;
    throw new WebhookRefusedError(error.reason, error.message, profile);
  }
}

function schemeOf<P extends WebhookProfile>(options: VerifyOptions<P>): Scheme<P> {
  const profile: unknown = (options as VerifyOptions<P> | undefined)?.profile;
  if (typeof profile !== 'string' || !Object.hasOwn(schemes, profile))
    throw new WebhookRefusedError('bad-option', `profile must be one of ${Object.keys(schemes).join(', ')}.`);
  return schemes[profile as P];
}

const digest = (body: Buffer): string => `sha256:${createHash('sha256').update(body).digest('hex')}`;
