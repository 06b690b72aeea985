import type { RawBody } from '../raw-body.js';
import { WebhookRefusedError } from '../webhook-refused.error.js';
import type { NestRequest } from './verified-request.js';

/**
 * Returns the bytes that Nest kept, or a body that no parser changed. For a request without a body, returns an empty
 * string. Throws `body-not-raw` if the request has a body, but its bytes were not kept.
 */
export function readRawBody({ rawBody, body, headers }: NestRequest): RawBody {
  if (rawBody !== undefined) return rawBody;
  if (typeof body === 'string' || Buffer.isBuffer(body)) return body;
  if ((body ?? undefined) === undefined && !hasBody(headers)) return '';
  throw new WebhookRefusedError(
    'body-not-raw',
    'Nest kept no raw body, and the signature covers the exact bytes. Create the application with ' +
      'NestFactory.create(AppModule, { rawBody: true }) and keep its own body parser on. For a content type other than ' +
      "application/json, add app.useBodyParser('json', { type }) on Express, or app.useBodyParser(type) on Fastify.",
  );
}

function hasBody(headers: NestRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
