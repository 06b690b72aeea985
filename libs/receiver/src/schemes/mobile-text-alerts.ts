import { keyOf, text, type Identity } from '../identity.js';
import { verifyHmac } from './hmac.js';
import type { Scheme } from './scheme.js';

/** Mobile Text Alerts, "Create a secret value": `X-Signature`; the secret is used as text, not decoded from hex. */
export const mobileTextAlerts: Scheme<'mobile-text-alerts'> = {
  verify: (request) => verifyHmac(request, { header: 'x-signature' }),
  identify,
};

/** One `messageId` may go to many recipients, so the number is part of the key. */
function identify(payload: Record<string, unknown>): Identity {
  const { messageId, status, replyId, optInType } = payload;
  const number = payload.toNumber ?? payload.destinationNumber ?? '-';
  const named = text(payload.type);
  if (replyId !== undefined) return { id: keyOf('reply', replyId), type: named ?? 'message-reply' };
  if (optInType !== undefined) return { id: null, type: named ?? 'number-opt-in' };
  if (status !== undefined) return { id: keyOf(messageId, number, status), type: named ?? 'delivery-status' };
  if (messageId !== undefined) return { id: keyOf(messageId, number, 'send'), type: named ?? 'message-send' };
  return { id: null, type: named };
}
