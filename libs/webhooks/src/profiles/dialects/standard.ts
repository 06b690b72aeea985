import {
  checkStandardSecret,
  generateSecret,
  generateSigningKey,
  verificationSecret,
} from '../signatures/standard-secret.js';
import { standardSignature } from '../signatures/standard-signature.js';
import { HOUR, is2xx, MINUTE, plainRegistration, retryAsEndpointAsks, SECOND } from '../profile-defaults.js';
import { defineProfile, type Profile, type SigningInput } from '../profile.js';
import { isoMilliseconds, unixSeconds, wireEvent } from '../rendering.js';

/** Options of {@link standard} and of its CloudEvents form. */
export interface StandardOptions {
  /**
   * Kind of new secrets: `v1` is symmetric (`whsec_…`), `v1a` is an ed25519 key (`whsk_…`). The owner of an ed25519 key sees
   * its public key (`whpk_…`). Existing secrets of either kind stay in use. Default `v1`, which every published verifier
   * supports.
   */
  scheme?: 'v1' | 'v1a';
}

/**
 * Standard Webhooks 1.0. The body is `{ type, timestamp, data }` with the event's own type and data. The headers are
 * `webhook-id`, `webhook-timestamp`, `webhook-signature`, and `webhook-sequence` with the event's sequence number (later
 * events have larger numbers). Supports every event type, including the host's own.
 */
export function standard({ scheme = 'v1' }: StandardOptions = {}): Profile {
  return defineProfile({
    name: 'standard',
    title: 'Standard Webhooks',
    render: (event) => [
      wireEvent(event.type, {
        type: event.type,
        timestamp: isoMilliseconds(event.occurredAt),
        data: event.data,
      }),
    ],
    headers: signedHeaders,
    contentType: 'application/json',
    secret: {
      owner: 'endpoint',
      required: true,
      callerSupplied: false,
      signsWithAll: true,
      generate: scheme === 'v1' ? generateSecret : generateSigningKey,
      check: checkStandardSecret,
      reveal: verificationSecret,
    },
    registration: {
      ...plainRegistration,
      fields: [
        'phoneNumbers',
        'alertEmail',
        'sendAlertEmail',
        'skipErrors',
        'skipErrorCodes',
        'retryOnError',
      ],
    },
    isSuccess: is2xx,
    onFailure: retryAsEndpointAsks,
    schedule: [
      5 * SECOND,
      5 * MINUTE,
      30 * MINUTE,
      2 * HOUR,
      5 * HOUR,
      10 * HOUR,
      14 * HOUR,
      20 * HOUR,
      24 * HOUR,
    ],
    jitter: { share: 0.2, direction: 'both' },
    timeoutMs: 15 * SECOND,
    disablesOnGone: true,
    honoursRetryAfter: true,
    disablesOnFailure: true,
    alerts: { onExhausted: false, onEveryFailure: true, scope: 'endpoint', atMostEveryMs: HOUR },
    testType: 'webhook.test',
  });
}

function signedHeaders({ eventId, now, body, secrets, sequence }: SigningInput): Record<string, string> {
  const timestamp = unixSeconds(now);
  return {
    'webhook-id': eventId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': standardSignature(eventId, timestamp, body, secrets),
    'webhook-sequence': sequence,
  };
}
