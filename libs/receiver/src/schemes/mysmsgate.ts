import { keyOf } from '../identity.js';
import { verifyHmac } from './hmac.js';
import type { Scheme } from './scheme.js';

/**
 * MySMSGate. Its guide promises "a signature header" and names neither header nor algorithm: the defaults are this project's
 * own. An incoming SMS has no id at all.
 */
export const mysmsgate: Scheme<'mysmsgate'> = {
  verify: (request, { header = 'x-mysmsgate-signature', prefix, encoding }) =>
    verifyHmac(request, { header, prefix, encoding }),
  identify: ({ message_id, status, from, message }) => {
    if (message_id !== undefined && status !== undefined)
      return { id: keyOf(message_id, status), type: 'delivery-report' };
    return { id: null, type: from !== undefined && message !== undefined ? 'incoming-sms' : null };
  },
};
