import { createHmac } from 'node:crypto';
import { constantTimeEqual } from '../constant-time.js';
import type { ReadRequest } from '../request.js';
import { WebhookRefusedError } from '../refusal.js';

/** Where a body's HMAC-SHA256 travels and how it is written. */
export interface SignatureForm {
  /** Header name, in any case. */
  header?: string;
  /** What stands before the digest, such as `sha256=`. Default: nothing. */
  prefix?: string;
  /** Default: `hex`, lower-case. */
  encoding?: 'hex' | 'base64';
}

const shapes = { hex: /^[0-9a-f]{64}$/, base64: /^[A-Za-z0-9+/]{43}=$/ };
const names = { hex: '64 lower-case hexadecimal digits', base64: '44 characters of base64' };

/** The secrets' UTF-8 bytes are the keys, the exact bytes of the body the message. */
export function verifyHmac(request: ReadRequest, form: SignatureForm & { header: string }): void {
  const { header, prefix = '', encoding = 'hex' } = form;
  checkForm(header, prefix, encoding);
  const value = request.header(header);
  const signature = value.slice(prefix.length);
  if (!value.startsWith(prefix) || !shapes[encoding].test(signature))
    throw new WebhookRefusedError(
      'malformed-header',
      `The header "${header}" must be ${prefix === '' ? '' : `"${prefix}" and `}${names[encoding]}.`,
    );
  const signed = request.secrets.some((secret) =>
    constantTimeEqual(signature, createHmac('sha256', secret).update(request.body).digest(encoding)),
  );
  if (!signed)
    throw new WebhookRefusedError(
      'signature-mismatch',
      `The signature in "${header}" fits none of the ${request.secrets.length} secrets: another secret, or a body that was ` +
        'changed on the way (a proxy, or middleware that parsed it and wrote it anew).',
    );
}

function checkForm(header: unknown, prefix: unknown, encoding: unknown): void {
  if (typeof header !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(header))
    throw new WebhookRefusedError('bad-option', 'header must be the name of an HTTP header.');
  if (typeof prefix !== 'string') throw new WebhookRefusedError('bad-option', 'prefix must be a text.');
  if (encoding !== 'hex' && encoding !== 'base64')
    throw new WebhookRefusedError('bad-option', 'encoding must be "hex" or "base64".');
}
