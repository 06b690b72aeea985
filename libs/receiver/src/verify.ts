import { digestOf } from './event-identity.js';
import type { ProfileOptions, WebhookPayloads, WebhookProfile } from './profiles.js';
import { parseObject } from './raw-body.js';
import { readRequest, type WebhookRequest } from './request.js';
import { isProfile, schemes } from './schemes/by-profile.js';
import type { Scheme } from './schemes/scheme.js';
import { WebhookRefusedError } from './webhook-refused.error.js';

/** The request, the secrets, and the options of the profile. */
export type VerifyOptions<P extends WebhookProfile = WebhookProfile> = { profile: P } & WebhookRequest &
  ProfileOptions[P];

/** A webhook whose signature is valid. */
export interface VerifiedWebhook<P extends WebhookProfile = WebhookProfile> {
  profile: P;
  /**
   * Identifies the event, and is the same on every retry. Use it as the key in a {@link DedupeStore}. Built from the
   * profile's own ids. If the payload has no id (an incoming SMS of MySMSGate), this is a digest of the body.
   */
  id: string;
  /** Event name in the profile's vocabulary, or `null` if the payload does not show which event happened. */
  type: string | null;
  payload: WebhookPayloads[P];
}

/**
 * Verifies one webhook. Synchronous, without I/O or state.
 * @throws WebhookRefusedError and nothing else, whatever the input
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
      id: id ?? digestOf(request.body),
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
  if (!isProfile(profile))
    throw new WebhookRefusedError('bad-option', `profile must be one of ${Object.keys(schemes).join(', ')}.`);
  return schemes[profile] as unknown as Scheme<P>;
}
