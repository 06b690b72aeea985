import type { ServerResponse } from 'node:http';
import { HttpStatus } from '@nestjs/common';
import express from 'express';
import { labelJson } from '../api/compat/unlabelled-json.js';
import { contentTypeOf, isJson, jsonOnly } from '../api/request-body.js';
import { WebhooksRequestError } from '../core/request-error.js';
import type { WebhooksRequest } from './http.js';

type ParsedRequest = WebhooksRequest & { body?: unknown };

const hasJson = (request: object): boolean => isJson(contentTypeOf(request));
const parseJson = express.json({ type: hasJson });

/**
 * Reads the body of a request for one of the routes, unless a parser of the host's has. Requests passed on to the host are left
 * unread.
 */
export class RequestBody {
  /** @param isLabelled there are routes that also take JSON without its content type */
  constructor(private readonly isLabelled: boolean) {}

  /** @throws WebhooksRequestError 400, 413 or 415 */
  async read(request: ParsedRequest, response: ServerResponse): Promise<void> {
    if (request.readableDidRead || request.readableEnded) {
      parseUnparsed(request);
      return;
    }
    // The parsers of Express 4 set an empty object, although they have read nothing.
    request.body = undefined;
    if (this.isLabelled) labelJson(request);
    const error = await new Promise<unknown>((resolve) => {
      void parseJson(request as never, response as never, resolve);
    });
    if (error) throw toRequestError(error);
  }
}

/** The host's parser may have been one for text or bytes. */
function parseUnparsed(request: ParsedRequest): void {
  const { body } = request;
  if (!hasJson(request) || (typeof body !== 'string' && !Buffer.isBuffer(body))) return;
  try {
    request.body = JSON.parse(body.toString());
  } catch {
    throw invalidJson();
  }
}

/** Errors of the parser have a status. Others are not the caller's fault. */
function toRequestError(error: unknown): unknown {
  const { status } = error as { status?: number };
  switch (status) {
    case HttpStatus.BAD_REQUEST:
      return invalidJson();
    case HttpStatus.PAYLOAD_TOO_LARGE:
      return new WebhooksRequestError(status, 'body_too_large', 'The body must not be larger than 100 kB.');
    case HttpStatus.UNSUPPORTED_MEDIA_TYPE:
      return jsonOnly();
    default:
      return error;
  }
}

const invalidJson = (): WebhooksRequestError =>
  new WebhooksRequestError(HttpStatus.BAD_REQUEST, 'invalid_json', 'The body must be valid JSON.');
