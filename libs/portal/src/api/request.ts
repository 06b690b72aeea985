import { endSession } from '../session/session-end.ts';
import { readToken } from '../session/token.ts';
import type { Brand } from '../session/session.ts';
import { overrideStrings } from '../strings/translate.ts';
import { ApiError } from './api-error.ts';
import type { ErrorDetail } from './types.ts';

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface RequestOptions {
  query?: Query;
  body?: unknown;
  /** Sent as `Idempotency-Key`: a repeated call with the same key has no further effect. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** Longer than any response takes: a test event waits up to 20 s for its result. */
const TIMEOUT_MS = 40_000;

interface ErrorBody {
  code?: string;
  message?: string | string[];
  details?: ErrorDetail[];
  retryAfterSeconds?: number;
  loginUrl?: string | null;
  returnUrl?: string | null;
  brand?: Brand | null;
  strings?: Record<string, string>;
}

function urlOf(path: string, query: Query = {}): URL {
  const url = new URL(path, document.baseURI);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value));
  return url;
}

function headersOf(method: string, { idempotencyKey }: RequestOptions): Record<string, string> {
  const token = readToken();
  return {
    accept: 'application/json',
    // Sent even without a body. If this content type is missing, the server may reject the call, as if a page of another
    // origin had made it.
    ...(method !== 'GET' && { 'content-type': 'application/json' }),
    ...(token && { authorization: `Bearer ${token}` }),
    ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
  };
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await fetch(urlOf(path, options.query), {
      method,
      headers: headersOf(method, options),
      credentials: 'same-origin',
      cache: 'no-store',
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw timeout.aborted
      ? new ApiError('timeout', 'The server did not respond in time.', 0)
      : new ApiError('network', 'The server cannot be reached.', 0);
  }
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = await response.json().then(
    (value: ErrorBody | null) => value ?? {},
    (): ErrorBody => ({}),
  );
  const message = [body.message ?? response.statusText].flat().join(' ');
  const code = body.code ?? `http_${response.status}`;
  if (response.status === 401) {
    if (body.strings) overrideStrings(body.strings);
    endSession({ code, signInUrl: body.returnUrl ?? body.loginUrl ?? null, brand: body.brand ?? null });
  }
  return new ApiError(code, message, response.status, body.details ?? [], body.retryAfterSeconds ?? null);
}

/**
 * Calls a path below the page's `api/`.
 *
 * @throws {@link ApiError} for everything but a 204 or a 2xx with JSON. If `signal` aborts the call before the response
 * arrives, throws what `fetch` throws
 */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, `api/${path}`, options);
  if (!response.ok) throw await errorOf(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    // A proxy's page with status 200, for example that of a captive portal.
    throw new ApiError('unreadable', 'The response is not JSON.', response.status);
  }
}
