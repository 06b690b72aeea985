import { joinKey, textField } from '../event-identity.js';
import { verifyHmac } from './hmac.js';
import type { Scheme } from './scheme.js';

/** MsGine, "Signature Verification": `X-MsGine-Signature` with the account's secret. */
export const msgine: Scheme<'msgine'> = {
  verify: (request) => verifyHmac(request, { header: 'x-msgine-signature' }),
  // `id` identifies the message: a key without the event would drop `message.delivered` after `message.sent`.
  identify: ({ id, event }) => ({ id: joinKey(id, event), type: textField(event) }),
};
