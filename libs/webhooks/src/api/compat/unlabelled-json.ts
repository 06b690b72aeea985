import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { STRUCTURE, type WebhooksModuleStructure } from '../../config/structure-options.js';
import { badRequest } from '../../core/request-error.js';
import { CallerInterceptor } from '../caller.interceptor.js';
import type { IncomingRequest } from '../incoming-request.js';

const FORM = /^application\/x-www-form-urlencoded\b/i;
/** Content types that clients send by default: curl sends the type of a form, and `fetch` sends the type of text. */
const UNASKED = /^(application\/x-www-form-urlencoded|text\/plain)\b/i;
const BEARER = /^bearer /i;
const PATH = /(^|\/)v3\/webhooks(\/[^/?]*)?\/?(\?|$)/i;

/**
 * Makes the host parse calls of Mobile Text Alerts as JSON even if they have no JSON content type: the platform's
 * document prints its calls without one. A parser of forms would change the values (`%41`, `+`, `[`), so the type is
 * set before the host's parsers run. A bearer token is required: a form of another site cannot send a token, and a
 * script of another site can send one only after a preflight. (Browsers send Basic credentials by themselves.)
 */
@Injectable()
export class UnlabelledJson {
  constructor(host: HttpAdapterHost, @Inject(STRUCTURE) { compat }: WebhooksModuleStructure) {
    if (!compat?.includes('mobile-text-alerts')) return;
    // The middleware must be added before Nest adds its parsers. A testing module gets its HTTP adapter later, and `init$`
    // reports the adapter. Nest 11.0 has no `init$`.
    if (host.httpAdapter) addTo(host);
    else host.init$?.subscribe(() => addTo(host));
  }
}

/** Node's request, with what the HTTP adapter and the host's parsers add to it. */
type ParsedRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'> & {
  body?: unknown;
  /** Set if the host keeps the bytes (`rawBody: true`), or if a cloud function has read the request before. */
  rawBody?: unknown;
};

function addTo({ httpAdapter }: HttpAdapterHost): void {
  httpAdapter.use((request: ParsedRequest, _: unknown, next: () => void) => {
    labelJson(request);
    next();
  });
}

/**
 * Sets the content type of a call of Mobile Text Alerts to JSON, unless the client has set a content type on purpose.
 * The call must have a bearer token, and a body that no parser has read.
 */
export function labelJson({ method, url, headers, body }: ParsedRequest): void {
  if ((method !== 'POST' && method !== 'PATCH') || !PATH.test(url ?? '')) return;
  const { authorization, 'content-type': type, 'content-length': length } = headers;
  const hasBody = length === undefined ? headers['transfer-encoding'] !== undefined : length !== '0';
  const isParsed = body !== undefined;
  if (!BEARER.test(authorization ?? '') || !hasBody || isParsed) return;
  if (type === undefined || UNASKED.test(type)) headers['content-type'] = 'application/json';
}

/** Also accepts a body that was parsed as a form, if the host kept the bytes and the call has a bearer token. */
export class UnlabelledJsonInterceptor extends CallerInterceptor {
  protected override checkContentType(request: IncomingRequest): void {
    const isReadable = isForm(request) && (request as ParsedRequest).rawBody instanceof Uint8Array;
    if (isReadable && BEARER.test(String(request.headers?.authorization))) return;
    super.checkContentType(request);
  }
}

const isForm = ({ headers }: IncomingRequest): boolean => FORM.test(String(headers?.['content-type']));

/** The body of a request that {@link UnlabelledJsonInterceptor} let pass. Throws a 400 if the body is not JSON. */
export function readJson(request: unknown): unknown {
  const { body, rawBody } = request as ParsedRequest;
  if (!isForm(request as IncomingRequest)) return body;
  try {
    // `fatal`, because bytes that are not UTF-8 would otherwise become other characters.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody as Uint8Array)) as unknown;
  } catch {
    throw badRequest({
      field: 'body',
      code: 'invalid',
      message: 'The body must be JSON in UTF-8. Add the header content-type: application/json.',
    });
  }
}
