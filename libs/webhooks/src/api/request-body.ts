import type { Readable } from 'node:stream';
import { HttpStatus } from '@nestjs/common';
import { WebhooksRequestError } from '../core/request-error.js';
import type { IncomingRequest } from './incoming-request.js';

/** The content type, or an empty string if there is none: a header without a value says nothing either. */
export function contentTypeOf({ headers }: IncomingRequest): string {
  return String(headers?.['content-type'] ?? '').trim();
}

export const isJson = (contentType: string): boolean =>
  /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType);

/** Whether the headers announce a body (RFC 9112, 6.3). */
export function announcesBody({ headers }: IncomingRequest): boolean {
  return headers?.['transfer-encoding'] !== undefined || Number(headers?.['content-length'] ?? 0) > 0;
}

/**
 * Whether a parser of the host has read a body that was sent. If the content type is missing, or is one that the host has
 * no parser for, the handler would take the request for one without fields: a `PATCH` would change nothing and return 200.
 */
export function wasParsed(request: IncomingRequest): boolean {
  const { body } = request;
  if (body === undefined || body instanceof Uint8Array) return false;
  if (typeof body !== 'object' || body === null || Object.keys(body).length > 0) return true;
  // Express 4 sets an empty object if it parses nothing; many hosts on Express 5 do so, too.
  const stream = request.raw ?? (request as unknown as Readable);
  return stream.readableDidRead !== false && isJson(contentTypeOf(request));
}

/** 415: the body is not JSON, or no parser of the host has read it. */
export function jsonOnly(): WebhooksRequestError {
  return new WebhooksRequestError(
    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
    'json_only',
    'Send JSON, with the header content-type: application/json.',
  );
}
