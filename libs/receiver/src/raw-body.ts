import { isAnyArrayBuffer, isUint8Array } from 'node:util/types';
import { WebhookRefusedError } from './webhook-refused.error.js';

/** The body of a request before any parser. Strings are encoded as UTF-8. */
export type RawBody = Uint8Array | ArrayBuffer | string;

/** Returns the exact bytes. Throws `body-not-raw` for anything else, such as a parsed object. */
export function rawBytes(body: unknown): Buffer {
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (isUint8Array(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (isAnyArrayBuffer(body)) return Buffer.from(body);
  throw new WebhookRefusedError(
    'body-not-raw',
    'The body is already parsed. The signature covers the exact bytes that were sent, so pass the raw body: ' +
      'express.raw() in Express, a buffer parser in Fastify, rawBody: true in Nest.',
  );
}

/** Parses a JSON object. Throws `malformed-body`. Call it only after the signature is verified. */
export function parseObject(bytes: Buffer): Record<string, unknown> {
  const payload = parse(bytes);
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    throw new WebhookRefusedError(
      'malformed-body',
      'The signature is valid, but the body is not a JSON object.',
    );
  return payload as Record<string, unknown>;
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The parser's message quotes the body, which must not get into logs.
    throw new WebhookRefusedError(
      'malformed-body',
      'The signature is valid, but the body is not JSON in UTF-8.',
    );
  }
}
