/** Injects the {@link HttpTransport}. */
export const TRANSPORT = Symbol('webhooks:transport');

/** One HTTP POST. */
export interface HttpRequest {
  url: string;
  /** Final headers, lower-case names. */
  headers: Record<string, string>;
  /** The exact bytes. */
  body: Buffer;
  /** Total deadline up to the response head, in milliseconds: DNS, connect, TLS, request, head. */
  timeoutMs: number;
}

/** An answer whose head arrived. */
export interface HttpResponse {
  status: number;
  /** Value of `retry-after`, as sent, or `null`. */
  retryAfter: string | null;
  /** What was read of the body, as cleaned text (no NUL, no invalid UTF-8), cut to what is kept; `''` for none. */
  body: string;
  /** From the call to the response head, in milliseconds, on the process's monotonic clock. */
  durationMs: number;
}

/**
 * Why no answer's head arrived:
 * `timeout` the deadline passed; `dns` the name did not resolve; `connect` refused or unreachable; `tls` handshake or certificate;
 * `reset` the connection broke; `blocked` the egress guard refused the address or the URL; `headers` the answer's head was malformed or
 * too large; `proxy` the configured proxy failed (not the customer's fault); `aborted` the process is stopping; `internal` a fault of ours.
 */
export type HttpErrorCode =
  'timeout' | 'dns' | 'connect' | 'tls' | 'reset' | 'blocked' | 'headers' | 'proxy' | 'aborted' | 'internal';

/** An attempt that got no answer. Carries no header, body, path or query of the request. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  constructor(
    readonly code: HttpErrorCode,
    message: string,
    /** Milliseconds until it failed. */
    readonly durationMs: number = 0,
    /** More for the operator's log, never for the customer: it may name addresses. */
    readonly detail: string | null = null,
  ) {
    super(message);
  }
}

/** Counters since the transport was made. */
export interface TransportStats {
  requests: number;
  /** Requests that used a connection that had carried one before. */
  reused: number;
  /** Open connections now. */
  connections: number;
  /** Origins with a pool now. */
  pools: number;
}

/** What sends. Never follows a redirect, never throws anything but {@link HttpError}. */
export interface HttpTransport {
  send(request: HttpRequest): Promise<HttpResponse>;
  stats(): TransportStats;
  /** Ends idle connections at once and running requests with `aborted`. */
  close(): Promise<void>;
}
