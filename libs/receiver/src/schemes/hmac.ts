import { createHmac } from 'node:crypto';
import { constantTimeEqual } from '../constant-time.js';
import type { SignatureFormat } from '../profiles.js';
import type { ReadRequest } from '../request.js';
import { WebhookRefusedError } from '../webhook-refused.error.js';
import { signatureMismatch, WRONG_SECRET_OR_BODY } from './signature-mismatch.js';

const SIGNATURE_PATTERNS = { hex: /^[0-9a-f]{64}$/, base64: /^[A-Za-z0-9+/]{43}=$/ };
const SIGNATURE_HINTS = { hex: '64 lower-case hexadecimal digits', base64: '44 characters of base64' };

/** Verifies the HMAC-SHA256 of the exact body, keyed with the UTF-8 bytes of one of the secrets. */
export function verifyHmac(request: ReadRequest, format: SignatureFormat & { header: string }): void {
  const { header, prefix = '', encoding = 'hex' } = format;
  checkFormat(header, prefix, encoding);
  const value = request.header(header);
  const signature = value.slice(prefix.length);
  if (!value.startsWith(prefix) || !SIGNATURE_PATTERNS[encoding].test(signature))
    throw new WebhookRefusedError(
      'malformed-header',
      `The header "${header}" must be ${prefix === '' ? '' : `"${prefix}" and `}${SIGNATURE_HINTS[encoding]}.`,
    );
  const isSigned = request.secrets.some((secret) =>
    constantTimeEqual(signature, createHmac('sha256', secret).update(request.body).digest(encoding)),
  );
  if (!isSigned)
    throw signatureMismatch(`The signature in "${header}"`, request.secrets.length, WRONG_SECRET_OR_BODY);
}

function checkFormat(header: unknown, prefix: unknown, encoding: unknown): void {
  if (typeof header !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(header))
    throw new WebhookRefusedError('bad-option', 'header must be the name of an HTTP header.');
  if (typeof prefix !== 'string') throw new WebhookRefusedError('bad-option', 'prefix must be a string.');
  if (encoding !== 'hex' && encoding !== 'base64')
    throw new WebhookRefusedError('bad-option', 'encoding must be "hex" or "base64".');
}
