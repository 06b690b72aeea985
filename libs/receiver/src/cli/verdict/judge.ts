import type { WebhookHeaders } from '../../headers.js';
import type { WebhookProfile } from '../../profiles.js';
import { verifyWebhook, type VerifyOptions } from '../../verify.js';
import { WRONG_SECRET_OR_BODY } from '../../schemes/signature-mismatch.js';
import { WebhookRefusedError, type RefusalReason } from '../../webhook-refused.error.js';
import type { SignatureSettings } from '../signature-flags.js';
import { advise } from './advise.js';
import { identify } from './identify.js';
import { inferProfile } from './infer-profile.js';

/** A request as it arrived. */
export interface ReceivedRequest {
  headers: WebhookHeaders;
  body: Buffer;
}

export interface VerifySettings extends SignatureSettings {
  /** Seconds; `undefined`: the profile's default. */
  toleranceSeconds?: number;
  /** httpsms: the registered URL. */
  audience?: string;
  /** httpsms: issuer of the token. */
  issuer?: string;
  /** Epoch milliseconds; default: now. */
  now?: number;
}

/** What verification says about a request. */
export interface Verdict {
  /** `null`: there is no secret to check the signature with. */
  isVerified: boolean | null;
  profile: WebhookProfile | null;
  id: string;
  type: string | null;
  reason: RefusalReason | null;
  /** What is wrong, and then what to do about it; `null` if nothing is wrong. */
  message: string | null;
  /** HTTP status that a receiver responds with. */
  status: number;
}

/** Verifies a request and explains the result. Returns a verdict for every request, also for an invalid one. */
export function judge(request: ReceivedRequest, given: VerifySettings): Verdict {
  const profile = given.profile ?? inferProfile(request.headers);
  const settings = { ...given, secrets: secretsFor(profile, given.secrets) };
  const identity = identify(profile, request.headers, request.body);
  if (settings.secrets.length === 0)
    return { isVerified: null, profile, ...identity, reason: null, message: null, status: 200 };
  try {
    if (profile === null)
      throw new WebhookRefusedError('missing-header', 'The request has no signature header of any profile.');
    const { id, type } = verify(request, profile, settings);
    return { isVerified: true, profile, id, type, reason: null, message: null, status: 200 };
  } catch (error) {
    if (!(error instanceof WebhookRefusedError)) throw error;
    const verifies = (body: Buffer, secrets: readonly string[]): boolean =>
      profile !== null && isSigned({ ...request, body }, profile, { ...settings, secrets });
    const advice = advise(error, { ...request, profile, secrets: settings.secrets, verifies });
    // The advice is more precise than the two likely causes that the library names.
    const what = error.message.replace(WRONG_SECRET_OR_BODY, '').trim();
    const message = advice === '' ? what : `${what} ${advice}`;
    return { isVerified: false, profile, ...identity, reason: error.reason, message, status: error.status };
  }
}

/** Drops the secrets of other profiles: one of them would make a standard profile refuse every request. */
function secretsFor(profile: WebhookProfile | null, secrets: readonly string[]): readonly string[] {
  if (!profile?.startsWith('standard')) return secrets;
  const keys = secrets.filter((secret) => /^\s*wh(sec|pk|sk)_/.test(secret));
  return keys.length > 0 ? keys : secrets;
}

function verify(
  { headers, body }: ReceivedRequest,
  profile: WebhookProfile,
  { secrets, format, now, toleranceSeconds, audience, issuer }: VerifySettings,
) {
  const options = {
    profile,
    headers,
    body,
    secrets,
    ...(now !== undefined && { now }),
    ...(toleranceSeconds !== undefined && { toleranceSeconds }),
    ...(profile === 'httpsms' && { audience, issuer }),
    ...((profile === 'opensms' || profile === 'mysmsgate') && format),
  };
  return verifyWebhook(options as VerifyOptions);
}

/** Returns whether the signature is valid, even if the request is refused for another reason. */
function isSigned(request: ReceivedRequest, profile: WebhookProfile, settings: VerifySettings): boolean {
  try {
    verify(request, profile, settings);
    return true;
  } catch (error) {
    if (!(error instanceof WebhookRefusedError)) throw error;
    return [
      'timestamp-too-old',
      'timestamp-too-new',
      'wrong-audience',
      'wrong-issuer',
      'malformed-body',
    ].includes(error.reason);
  }
}
