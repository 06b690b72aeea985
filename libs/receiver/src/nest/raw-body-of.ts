import type { RawBody } from '../raw-body.js';
import { WebhookRefusedError } from '../refusal.js';
import type { NestRequest } from './verified-request.js';

/** The bytes that Nest kept, or a body that nothing parsed. Throws `body-not-raw` with the way to get them. */
export function rawBodyOf({ rawBody, body, headers }: NestRequest): RawBody {
  if (rawBody !== undefined) return rawBody;
  if (typeof body === 'string' || Buffer.isBuffer(body)) return body;
  if ((body ?? undefined) === undefined && !announcesBody(headers)) return '';
  throw new WebhookRefusedError(
    'body-not-raw',
    'Nest kept no raw body, and a signature covers the exact bytes. Create the application with ' +
      'NestFactory.create(AppModule, { rawBody: true }) and leave its own body parser on; for a content type other than ' +
      "application/json add app.useBodyParser('json', { type }) on Express, app.useBodyParser(type) on Fastify.",
  );
}

function announcesBody(headers: NestRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
