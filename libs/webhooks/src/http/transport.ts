/** Injects the {@link HttpTransport}. */
export const TRANSPORT = Symbol('webhooks:transport');

/** One HTTP POST. */
export interface HttpRequest {
  url: string;
  /** Final headers with lower-case names. */
  headers: Record<string, string>;
  /** The exact bytes. */
  body: Buffer;
  /** Deadline for the response head (ms). It covers DNS, connect, TLS, request and head. */
  timeoutMs: number;
}

/** A response whose head has arrived. */
export interface HttpResponse {
  status: number;
  /** Value of `retry-after` as received, or `null`. */
  retryAfter: string | null;
  /**
   * The headers as received, with lower-case names. A value is a list if the header came more than once. If this field is
   * missing, no headers are stored.
   */
  headers?: Readonly<Record<string, string | string[] | undefined>>;
  /** Start of the body as storable text: at most 1,024 bytes of a success, and 4,096 bytes of a failure. */
  body: string;
  /** Milliseconds from the call to the response head, by the process's monotonic clock. */
  durationMs: number;
}

/**
 * Why no response head arrived. `timeout`: the deadline passed. `dns`: the name did not resolve. `connect`: refused or
 * unreachable. `certificate-…`: what is wrong with the certificate of the receiver. `http2-only`: the receiver does not speak
 * HTTP/1.1. `tls`: the handshake failed for another reason. `reset`: the connection closed early. `blocked`: the egress guard
 * refused the address or the URL. `headers`: the response head was malformed or too large. `proxy`: the configured proxy
 * failed, which is not the customer's fault. `aborted`: the process is stopping. `internal`: a fault of this module or its
 * host.
 */
export type HttpErrorCode =
  | 'timeout'
  | 'dns'
  | 'connect'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-incomplete'
  | 'certificate-self-signed'
  | 'certificate-name'
  | 'certificate-untrusted'
  | 'http2-only'
  | 'tls'
  | 'reset'
  | 'blocked'
  | 'headers'
  | 'proxy'
  | 'aborted'
  | 'internal';

/** A request without a response. The error contains no header, body, path or query of the request. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  constructor(
    readonly code: HttpErrorCode,
    message: string,
    /** Milliseconds until the failure. */
    readonly durationMs: number = 0,
    /** Details for the operator's log. Never shown to the customer, because they may contain addresses. */
    readonly detail: string | null = null,
  ) {
    super(message);
  }
}

/** Figures of a transport. `requests` and `reused` count from the creation of the transport. */
export interface TransportStats {
  requests: number;
  /** Requests over a connection that had been used before. */
  reused: number;
  /** Connections that are open now. */
  connections: number;
  /** Origins that have a connection now. */
  pools: number;
}

/** Sends requests. Never follows a redirect and throws only {@link HttpError}. */
export interface HttpTransport {
  send(request: HttpRequest): Promise<HttpResponse>;
  stats(): TransportStats;
  /** Closes all connections. Running requests fail with `aborted`. */
  close(): Promise<void>;
}
