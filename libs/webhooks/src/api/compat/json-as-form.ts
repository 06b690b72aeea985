import { badRequest } from '../../core/request-error.js';
import { CallerInterceptor, type IncomingRequest } from '../caller.interceptor.js';

/**
 * Takes JSON that says it is a form, too: the platform's own documents send it so (`curl --data-raw '{…}'` without a
 * content type). Only with an `Authorization` header, which a form of another site cannot send.
 */
export class JsonAsFormInterceptor extends CallerInterceptor {
  protected override checkContentType(request: IncomingRequest): void {
    const { headers } = request;
    if (isForm(headers?.['content-type']) && headers?.authorization !== undefined) return;
    super.checkContentType(request);
  }
}

const isForm = (type: unknown): boolean => /^application\/x-www-form-urlencoded\b/i.test(String(type));

interface ParsedRequest extends IncomingRequest {
  body?: unknown;
  /** Where the host keeps it (`rawBody: true`). */
  rawBody?: Buffer;
}

/**
 * The body of such a request. A parser of forms has taken the text to pieces at `&` and `=` and made `+` a blank: it is
 * put together again, and refused where a blank in a value shows that it may be another text than was sent.
 */
export function readFormAsJson(request: unknown): unknown {
  const { headers, body, rawBody } = request as ParsedRequest;
  if (!isForm(headers?.['content-type'])) return body;
  const read = parse(rawBody ? rawBody.toString('utf8') : putTogether(body));
  const doubtful =
    !rawBody && Object.values(read).some((value) => typeof value === 'string' && value.includes(' '));
  if (doubtful) throw sayJson();
  return read;
}

function parse(text: string): object {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === 'object' && read !== null) return read;
  } catch {
    // No JSON: said below.
  }
  throw sayJson();
}

function putTogether(body: unknown): string {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>);
  return entries
    .map(([key, value]) => {
      if (typeof value !== 'string') throw sayJson();
      return value === '' ? key : `${key}=${value}`;
    })
    .join('&');
}

function sayJson(): Error {
  return badRequest({
    field: 'body',
    code: 'invalid',
    message: 'The body must be JSON. Add the header content-type: application/json.',
  });
}
