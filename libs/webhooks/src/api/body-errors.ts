import { HttpStatus } from '@nestjs/common';
import { WebhooksRequestError } from '../core/request-error.js';
import { jsonOnly } from './request-body.js';

/** Errors of the body parsers of Express (`type`, `status`) and Fastify (`code`, `statusCode`). */
interface ParserError {
  type?: string;
  code?: string;
  status?: number;
  statusCode?: number;
  /** Maximum size of the body (bytes). */
  limit?: number;
}

/**
 * Errors of Express's parsers about the body. `entity.verify.failed` is missing, because the host's own `verify` function
 * causes that error.
 */
const EXPRESS_TYPES = new Set([
  'charset.unsupported',
  'encoding.unsupported',
  'entity.parse.failed',
  'entity.too.large',
  'request.aborted',
  'request.size.invalid',
]);

/** The error of this module for a body that a parser has refused; `null`: `error` does not come from a parser. */
export function toBodyError(error: unknown): WebhooksRequestError | null {
  if (!isParserError(error)) return null;
  switch (error.statusCode ?? error.status) {
    case HttpStatus.BAD_REQUEST:
      return invalidJson();
    case HttpStatus.PAYLOAD_TOO_LARGE:
      return bodyTooLarge(error.limit);
    case HttpStatus.UNSUPPORTED_MEDIA_TYPE:
      return jsonOnly();
    default:
      return null;
  }
}

function isParserError(error: unknown): error is ParserError {
  if (typeof error !== 'object' || error === null) return false;
  const { type, code, statusCode } = error as ParserError;
  if (type !== undefined && EXPRESS_TYPES.has(type)) return true;
  // Parsers that `@nestjs/platform-fastify` has added throw errors without a code.
  return code?.startsWith('FST_ERR_CTP_') === true || (error instanceof SyntaxError && statusCode === 400);
}

/** 400: the body is not JSON. */
export const invalidJson = (): WebhooksRequestError =>
  new WebhooksRequestError(HttpStatus.BAD_REQUEST, 'invalid_json', 'The body must be valid JSON.');

function bodyTooLarge(limit: number | undefined): WebhooksRequestError {
  const message =
    limit === undefined
      ? 'The body is too large.'
      : `The body must not be larger than ${Math.floor(limit / 1024)} KB.`;
  return new WebhooksRequestError(HttpStatus.PAYLOAD_TOO_LARGE, 'body_too_large', message);
}
