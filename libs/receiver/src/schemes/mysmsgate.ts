import { joinKey } from '../event-identity.js';
import { verifyHmac } from './hmac.js';
import type { Scheme } from './scheme.js';

/**
 * MySMSGate. Its guide mentions "a signature header" but names neither header nor algorithm: the defaults are those of
 * `nestjs-sms-webhooks`. An incoming SMS has no id.
 */
export const mysmsgate: Scheme<'mysmsgate'> = {
  verify: (request, { header = 'x-mysmsgate-signature', prefix, encoding }) =>
    verifyHmac(request, { header, prefix, encoding }),
  identify: ({ message_id, status, from, message }) => {
    if (message_id !== undefined && status !== undefined)
      return { id: joinKey(message_id, status), type: 'delivery-report' };
    return { id: null, type: from !== undefined && message !== undefined ? 'incoming-sms' : null };
  },
};
