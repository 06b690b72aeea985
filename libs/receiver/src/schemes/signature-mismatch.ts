import { WebhookRefusedError } from '../webhook-refused.error.js';

/** The likely causes, for signatures that cover the body. */
export const WRONG_SECRET_OR_BODY =
  'The secret is wrong, or the body was changed on the way (by a proxy, or by middleware that parsed and serialized it).';

/** @param what the part that does not match, such as `The signature in "x-signature"` */
export function signatureMismatch(what: string, secretCount: number, causes = ''): WebhookRefusedError {
  const secrets =
    secretCount === 1 ? 'the configured secret' : `any of the ${secretCount} configured secrets`;
  return new WebhookRefusedError(
    'signature-mismatch',
    `${what} does not match ${secrets}. ${causes}`.trimEnd(),
  );
}
