import type { ServerResponse } from 'node:http';
import express from 'express';
import { labelJson } from '../api/compat/unlabelled-json.js';
import { invalidJson, toBodyError } from '../api/body-errors.js';
import { contentTypeOf, isJson } from '../api/request-body.js';
import type { WebhooksRequest } from './http.js';

type ParsedRequest = WebhooksRequest & { body?: unknown };

const hasJson = (request: object): boolean => isJson(contentTypeOf(request));
const parseJson = express.json({ type: hasJson });

/**
 * Reads the body of a request for one of the routes, unless a parser of the host has read the body. A request that matches
 * no route goes to the host unread.
 */
export class RequestBody {
  /** @param isLabelled true if some routes take JSON without its content type. Such requests are then labelled as JSON. */
  constructor(private readonly isLabelled: boolean) {}

  /** @throws WebhooksRequestError 400, 413 or 415 */
  async read(request: ParsedRequest, response: ServerResponse): Promise<void> {
    if (request.readableDidRead || request.readableEnded) {
      parseUnparsed(request);
      return;
    }
    // The parsers of Express 4 set `body` to an empty object, although they have read nothing.
    request.body = undefined;
    if (this.isLabelled) labelJson(request);
    const error = await new Promise<unknown>((resolve) => {
      void parseJson(request as never, response as never, resolve);
    });
    // An error that the parser has made is the caller's fault. Any other error is thrown as it is.
    if (error) throw toBodyError(error) ?? error;
  }
}

/** Parses a body that the host's own parser has read as text or bytes. */
function parseUnparsed(request: ParsedRequest): void {
  const { body } = request;
  if (!hasJson(request) || (typeof body !== 'string' && !Buffer.isBuffer(body))) return;
  try {
    request.body = JSON.parse(body.toString());
  } catch {
    throw invalidJson();
  }
}
