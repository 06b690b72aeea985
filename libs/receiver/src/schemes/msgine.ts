import { keyOf, text } from '../identity.js';
import { verifyHmac } from './hmac.js';
import type { Scheme } from './scheme.js';

/** MsGine, "Signature Verification": `X-MsGine-Signature`, the secret is the account's. */
export const msgine: Scheme<'msgine'> = {
  verify: (request) => verifyHmac(request, { header: 'x-msgine-signature' }),
  // `id` is the message's: a key of it alone would drop `message.delivered` after `message.sent`.
  identify: ({ id, event }) => ({ id: keyOf(id, event), type: text(event) }),
};
