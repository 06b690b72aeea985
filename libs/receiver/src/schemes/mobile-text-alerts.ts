import { joinKey, textField, type EventIdentity } from '../event-identity.js';
import { verifyHmac } from './hmac.js';
import type { Scheme } from './scheme.js';

/**
 * `X-Signature`, as Mobile Text Alerts describes it under "Create a secret value". The secret is used as text, not decoded
 * from hex.
 */
export const mobileTextAlerts: Scheme<'mobile-text-alerts'> = {
  verify: (request) => verifyHmac(request, { header: 'x-signature' }),
  identify,
};

/** One `messageId` can go to many recipients, so the recipient's number is part of the key. */
function identify(payload: Record<string, unknown>): EventIdentity {
  const { messageId, status, replyId, optInType } = payload;
  const number = payload.toNumber ?? payload.destinationNumber ?? '-';
  const type = textField(payload.type);
  if (replyId !== undefined) return { id: joinKey('reply', replyId), type: type ?? 'message-reply' };
  if (optInType !== undefined) return { id: null, type: type ?? 'number-opt-in' };
  if (status !== undefined)
    return { id: joinKey(messageId, number, status), type: type ?? 'delivery-status' };
  if (messageId !== undefined)
    return { id: joinKey(messageId, number, 'send'), type: type ?? 'message-send' };
  return { id: null, type };
}
