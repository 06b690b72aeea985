import { badRequest } from '../../core/request-error.js';
import { CallerInterceptor, type IncomingRequest } from '../caller.interceptor.js';

/**
 * Also accepts JSON with the content type of a form, as the examples in the platform's documentation send it (`curl
 * --data-raw '{…}'`). The `Authorization` header is required then, because a form of another site cannot send it.
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
  /** Set if the host keeps it (`rawBody: true`). */
  rawBody?: Buffer;
}

/**
 * The body of such a request. A form parser has split the text at `&` and `=` and replaced `+` by a blank. This joins the
 * text again. It throws a 400 if a value contains a blank, because that may have been a `+`.
 */
export function readFormAsJson(request: unknown): unknown {
  const { headers, body, rawBody } = request as ParsedRequest;
  if (!isForm(headers?.['content-type'])) return body;
  const read = parse(rawBody ? rawBody.toString('utf8') : joinForm(body));
  const isAmbiguous =
    !rawBody && Object.values(read).some((value) => typeof value === 'string' && value.includes(' '));
  if (isAmbiguous) throw jsonRequired();
  return read;
}

function parse(text: string): object {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === 'object' && read !== null) return read;
  } catch {
    // Not JSON: the error below says so.
  }
  throw jsonRequired();
}

function joinForm(body: unknown): string {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>);
  return entries
    .map(([key, value]) => {
      if (typeof value !== 'string') throw jsonRequired();
      return value === '' ? key : `${key}=${value}`;
    })
    .join('&');
}

function jsonRequired(): Error {
  return badRequest({
    field: 'body',
    code: 'invalid',
    message: 'The body must be JSON. Add the header content-type: application/json.',
  });
}
