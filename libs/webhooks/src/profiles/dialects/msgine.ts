import { encodeId } from '../../core/ids.js';
import type { WebhookEvent } from '../../events/event.js';
import { bodySignature } from '../body-signature.js';
import { isFinalExpiry, messageOf } from '../event-data.js';
import { HOUR, is2xx, MINUTE, plainRegistration, platformPolicy, retryAlways } from '../profile-defaults.js';
import { defineProfile, type Profile, type WireEvent } from '../profile.js';
import { isoSeconds, renderByType, wireEvent } from '../rendering.js';
import { textSecret } from '../text-secret.js';

/** Options of {@link msgine}. */
export interface MsgineOptions {
  /**
   * What `id` is: the id of the message, as in MsGine's field table and examples, or the id of the event. MsGine's example
   * of a duplicate check compares only `id`. If `id` is the id of the message, this check takes `delivered` for a
   * duplicate of `sent`. Use `event` for receivers that copied the check. Default `message`.
   */
  idMode?: 'message' | 'event';
  /** Refuses `http:` URLs, as MsGine does. Use `false` for local development. Default true. */
  httpsOnly?: boolean;
}

const EVENTS = {
  'message.sent': 'message.sent',
  'message.delivered': 'message.delivered',
  'message.failed': 'message.failed',
} as const;

/** MsGine's webhooks: flat JSON, `X-MsGine-Signature`, one secret per account, five retries after 1 min to 6 h, then an email. */
export function msgine({ idMode = 'message', httpsOnly = true }: MsgineOptions = {}): Profile {
  const report = (
    event: WebhookEvent,
    status: 'sent' | 'delivered' | 'failed',
    failure?: Failure,
  ): WireEvent[] => {
    const message = messageOf(event);
    const type = `message.${status}`;
    return [
      wireEvent(type, {
        id: idMode === 'event' ? encodeId('evt', event.uuid) : String(message.id),
        event: type,
        status,
        to: message.to,
        from: message.from,
        timestamp: isoSeconds(event.occurredAt),
        failureReason: failure?.reason,
        errorCode: failure?.code,
        messageId: String(message.id),
        sid: message.providerId ?? undefined,
      }),
    ];
  };
  return defineProfile({
    ...platformPolicy,
    name: 'msgine',
    title: 'MsGine',
    render: renderByType({
      'message.sent': (event) => report(event, 'sent'),
      'message.delivered': (event) => report(event, 'delivered'),
      'message.failed': (event) => {
        const { errorMessage, errorCode } = messageOf(event);
        return report(event, 'failed', {
          reason: errorMessage ?? 'Message delivery failed',
          code: errorCode ?? undefined,
        });
      },
      'message.expired': (event) => {
        const message = messageOf(event);
        if (!isFinalExpiry(message)) return [];
        return report(event, 'failed', {
          reason: message.errorMessage ?? 'Message expired',
          code: 'expired',
        });
      },
    }),
    headers: bodySignature({ header: 'x-msgine-signature' }),
    secret: textSecret({ owner: 'account', required: true, shortest: 16, longest: 255 }),
    registration: { ...plainRegistration, eventNames: Object.keys(EVENTS), httpsOnly },
    isSuccess: is2xx,
    onFailure: retryAlways,
    schedule: [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR],
    alerts: { onExhausted: true, onEveryFailure: false, scope: 'endpoint' },
    testType: 'message.delivered',
    testTypes: EVENTS,
  });
}

/** Additional fields of a failed message. */
interface Failure {
  reason: string;
  code: string | undefined;
}
