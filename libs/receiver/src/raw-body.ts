import { isAnyArrayBuffer, isUint8Array } from 'node:util/types';
import { WebhookRefusedError } from './refusal.js';

/** A request's body before anything parsed it. Text is taken as UTF-8. */
export type RawBody = Uint8Array | ArrayBuffer | string;

/** The exact bytes. Throws `body-not-raw` for anything else, such as a parsed object. */
export function rawBytes(body: unknown): Buffer {
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (isUint8Array(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (isAnyArrayBuffer(body)) return Buffer.from(body);
  throw new WebhookRefusedError(
    'body-not-raw',
    'The body is not raw. A signature covers the exact bytes that were sent, and a parsed body cannot give them back: ' +
      'pass the bytes as they came (express.raw() in Express, a buffer parser in Fastify, rawBody: true in Nest).',
  );
}

/** The JSON object in the bytes. Throws `malformed-body`. Only for bytes whose sender is known. */
export function parseObject(bytes: Buffer): Record<string, unknown> {
  const payload = parse(bytes);
  if (typeof payload !== 'object' || payload === null)
    throw new WebhookRefusedError('malformed-body', 'The signature is good, but the body is no JSON object.');
  return payload as Record<string, unknown>;
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // What a parser says of a body quotes it, so it stays out of logs.
    throw new WebhookRefusedError(
      'malformed-body',
      'The signature is good, but the body is no JSON in UTF-8.',
    );
  }
}
