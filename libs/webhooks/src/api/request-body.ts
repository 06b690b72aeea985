import type { Readable } from 'node:stream';
import { HttpStatus } from '@nestjs/common';
import { WebhooksRequestError } from '../core/request-error.js';
import type { IncomingRequest } from './incoming-request.js';

/** The content type, or an empty string if the header is missing or empty. */
export function contentTypeOf({ headers }: IncomingRequest): string {
  return String(headers?.['content-type'] ?? '').trim();
}

export const isJson = (contentType: string): boolean =>
  /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType);

/** Results of `isEmpty` by stream. */
const known = new WeakMap<Readable, Promise<boolean>>();

/**
 * Whether the request has a body (RFC 9112, 6.3). A body of unknown length may be empty, so the function waits for its first
 * bytes, which stay in the stream.
 */
export async function hasBody(request: IncomingRequest): Promise<boolean> {
  const { headers = {} } = request;
  const stream = streamOf(request);
  const length = headers['content-length'];
  const isUnknown =
    headers['transfer-encoding'] !== undefined ||
    (length === undefined && (stream.httpVersionMajor ?? 1) > 1);
  return isUnknown ? !(await isEmpty(stream)) : Number(length ?? 0) > 0;
}

function isEmpty(stream: Readable): Promise<boolean> {
  const before = known.get(stream);
  if (before) return before;
  // A parser has already read the stream.
  if (stream.readableDidRead !== false) return Promise.resolve(false);
  const found = new Promise<boolean>((resolve) => {
    const settle = (empty: boolean): void => {
      stream.off('readable', look).off('end', onEnd).off('close', onClose).off('error', onClose);
      resolve(empty);
    };
    const onEnd = (): void => settle(true);
    const onClose = (): void => settle(false);
    const look = (): void => {
      const chunk: unknown = stream.read();
      if (chunk === null) return;
      stream.unshift(chunk);
      settle(false);
    };
    stream.on('readable', look).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
  known.set(stream, found);
  return found;
}

function streamOf(request: IncomingRequest): Readable & { httpVersionMajor?: number } {
  return request.raw ?? (request as unknown as Readable);
}

/**
 * Discards the body if `hasBody` has waited for its first bytes, so that the connection can serve its next request. Node itself
 * discards a body from which nothing was read.
 */
export function discardBody(request: IncomingRequest): void {
  if (known.has(streamOf(request))) streamOf(request).resume();
}

/**
 * Whether the request has a body that a parser of the host has parsed. If the content type is missing, or is one that the
 * host has no parser for, nothing parses the body. The handler would then see a request without fields: a `PATCH` would
 * change nothing and return 200.
 */
export function wasParsed(request: IncomingRequest): boolean {
  const { body } = request;
  if (body === undefined || body instanceof Uint8Array) return false;
  if (typeof body !== 'object' || body === null || Object.keys(body).length > 0) return true;
  // Express 4 sets an empty object if it parses nothing; many hosts on Express 5 set one, too.
  return streamOf(request).readableDidRead !== false && isJson(contentTypeOf(request));
}

/** 415: the body is not JSON, or no parser of the host has read it. */
export function jsonOnly(): WebhooksRequestError {
  return new WebhooksRequestError(
    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
    'json_only',
    'Send JSON, with the header content-type: application/json.',
  );
}
