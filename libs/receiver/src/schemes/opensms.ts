import { joinKey, textField } from '../event-identity.js';
import { verifyHmac } from './hmac.js';
import type { Scheme } from './scheme.js';

/**
 * OpenSMS. Its guide asks receivers to verify but names neither header nor algorithm: the defaults are those of
 * `nestjs-sms-webhooks`.
 */
export const opensms: Scheme<'opensms'> = {
  verify: (request, { header = 'x-opensms-signature', prefix, encoding }) =>
    verifyHmac(request, { header, prefix, encoding }),
  identify: ({ message_id, event }) => ({ id: joinKey(message_id, event), type: textField(event) }),
};
