import type { Dispatcher } from 'undici';
import type { CarriedRequest, Connection } from '../connections/connection.js';
import type { ConnectionPool, PooledRequest } from '../connections/connection-pool.js';
import { ConnectionError } from '../connections/dial.js';
import type { CheckedUrl } from '../policy/url-policy.js';
import { HttpError, type HttpErrorCode, type HttpRequest, type HttpResponse } from '../transport.js';
import { toStorableText } from './response-text.js';

const MAX_BODY_BYTES = 16_384;
/** Limit on all bytes of a response on the wire: informational responses, head, body and chunk framing. */
const MAX_WIRE_BYTES = 131_072;
const KEPT_BYTES_OF_SUCCESS = 1_024;
const KEPT_BYTES_OF_FAILURE = 4_096;
/** The body may arrive this much later than the head, but never after the deadline. */
const MAX_BODY_MS = 1_000;

/** What an exchange needs of its transport. */
export interface ExchangeOwner {
  connections: ConnectionPool;
  onSettled(exchange: Exchange): void;
  /** The request went over a socket that had been used before. */
  onReuse(): void;
}

/**
 * One request and its result: undici's handler, the deadline and the promise. After the response head, the promise fulfills
 * when the body ends, breaks off, stalls or gets too long: none of these makes the request a failure. If the transport closes
 * before the promise is settled, the promise is rejected.
 */
export class Exchange implements CarriedRequest, PooledRequest {
  readonly promise: Promise<HttpResponse>;
  readonly origin: string;
  readonly path: string;
  readonly body: Buffer;
  headers: Record<string, string>;
  /** Head of the response, as undici parsed it. */
  responseHeaders: Record<string, string | string[] | undefined> = {};
  isSettled = false;
  isStarted = false;
  /** A time (ms) of the process's monotonic clock. */
  private deadline: number;
  private readonly startedAt = performance.now();
  private readonly timeoutMs: number;
  private resolve!: (response: HttpResponse) => void;
  private reject!: (error: HttpError) => void;
  private connection: Connection | null = null;
  /** `0` until the response head has arrived. */
  private status = 0;
  private durationMs = 0;
  /** Start of the body. A copy, because even a chunk of one byte keeps the whole read buffer in memory. */
  private keptBody: Buffer | null = null;
  private bodyBytes = 0;
  /** Bytes that the socket had read before this request. */
  private bytesReadBefore = 0;
  private isOnUsedSocket = false;

  constructor(
    { origin, path }: CheckedUrl,
    request: HttpRequest,
    private readonly owner: ExchangeOwner,
  ) {
    this.origin = origin;
    this.path = path;
    this.headers = request.headers;
    this.body = request.body;
    this.timeoutMs = request.timeoutMs;
    this.deadline = this.startedAt + request.timeoutMs;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Sends the request, unless its deadline has already passed. */
  start(headers: Record<string, string>): void {
    this.isStarted = true;
    this.headers = headers;
    if (!this.isSettled) this.owner.connections.acquire(this);
  }

  sendOver(connection: Connection): void {
    this.connection = connection;
    this.bytesReadBefore = connection.bytesRead;
    connection.send(this);
  }

  /** Ends the exchange if its deadline has passed or the response is too long. Called every few ms. */
  checkLimits(now: number): void {
    if (this.deadline <= now) return this.expire();
    if (this.connection === null) return;
    if (this.connection.bytesRead - this.bytesReadBefore <= MAX_WIRE_BYTES) return;
    if (this.status !== 0) this.succeed(true);
    else this.fail('headers', `No response head within ${MAX_WIRE_BYTES} bytes.`);
  }

  private expire(): void {
    if (this.status !== 0) return this.succeed(true);
    const phase = this.connection?.phase ?? 'waiting';
    const code = phase === 'proxy' ? 'proxy' : 'timeout';
    this.fail(code, `No response within ${this.timeoutMs} ms: still ${PHASE_TEXT[phase]}.`);
  }

  /** Rejects the promise, unless it is already settled. */
  fail(code: HttpErrorCode, message: string, detail: string | null = null): void {
    if (this.isSettled) return;
    this.settle(false);
    this.reject(new HttpError(code, message, performance.now() - this.startedAt, detail));
  }

  onRequestStart(): void {
    this.isOnUsedSocket = this.connection!.onRequestStart();
    this.bytesReadBefore = this.connection!.bytesRead;
    if (this.isOnUsedSocket) this.owner.onReuse();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200 || this.isSettled) return;
    const now = performance.now();
    this.status = status;
    this.responseHeaders = headers;
    this.durationMs = now - this.startedAt;
    this.deadline = Math.min(this.deadline, now + MAX_BODY_MS);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isSettled) return;
    this.keptBody ??= Buffer.allocUnsafe(this.status < 300 ? KEPT_BYTES_OF_SUCCESS : KEPT_BYTES_OF_FAILURE);
    if (this.bodyBytes < this.keptBody.length) chunk.copy(this.keptBody, this.bodyBytes);
    this.bodyBytes += chunk.length;
    if (this.bodyBytes > MAX_BODY_BYTES) this.succeed(true);
  }

  onResponseEnd(): void {
    this.succeed(false);
  }

  onResponseError(
    _controller: Dispatcher.DispatchController | undefined,
    error: Error & { code?: string },
  ): void {
    if (this.isSettled) return;
    if (this.status !== 0) return this.succeed(true);
    if (error instanceof ConnectionError) return this.fail(error.code, error.message, error.detail);
    const code = error.code ?? error.name;
    const { tlsFailure, hasResponseStarted } = this.connection!;
    if (tlsFailure || isReset(code, error.message)) {
      if (this.isOnUsedSocket && !hasResponseStarted) return this.sendAgain();
      if (tlsFailure) return this.fail(tlsFailure.code, tlsFailure.message, tlsFailure.detail);
      return this.fail('reset', `The connection closed before a response arrived (${code}).`);
    }
    if (isMalformed(code))
      return this.fail('headers', `The response head is malformed or too large (${code}).`);
    this.fail('internal', `The request could not be sent (${code}).`);
  }

  /**
   * The receiver closed an idle connection at the moment of its reuse, and no byte came back. Sends the request once more,
   * over a new connection.
   */
  private sendAgain(): void {
    this.isOnUsedSocket = false;
    const stale = this.connection!;
    this.connection = null;
    this.owner.connections.discard(stale);
    this.owner.connections.acquire(this, true);
  }

  /** `isCut`: the body was not read to its end, so the connection cannot be reused. */
  private succeed(isCut: boolean): void {
    if (this.isSettled) return;
    this.settle(!isCut);
    const retryAfter = this.responseHeaders['retry-after'];
    this.resolve({
      status: this.status,
      retryAfter: (Array.isArray(retryAfter) ? retryAfter[0] : retryAfter) ?? null,
      headers: this.responseHeaders,
      body: this.readBody(isCut),
      durationMs: this.durationMs,
    });
  }

  private readBody(isCut: boolean): string {
    const { keptBody, bodyBytes } = this;
    if (keptBody === null) return '';
    const isIncomplete = isCut || bodyBytes > keptBody.length;
    return toStorableText(keptBody.subarray(0, bodyBytes), keptBody.length, isIncomplete);
  }

  private settle(isReusable: boolean): void {
    this.isSettled = true;
    const { connection } = this;
    this.connection = null;
    if (connection) {
      if (isReusable && connection.isReusable) this.owner.connections.release(connection);
      else this.owner.connections.discard(connection);
    }
    this.owner.onSettled(this);
  }
}

const PHASE_TEXT = {
  waiting: 'waiting for a free connection',
  dns: 'resolving the host name',
  connect: 'connecting',
  tls: 'in the TLS handshake',
  proxy: 'connecting to the proxy',
  tunnel: 'connecting through the proxy',
  response: 'waiting for the response',
};

function isReset(code: string, message: string): boolean {
  if (code === 'UND_ERR_SOCKET') return message !== 'bad response' && message !== 'bad upgrade';
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED' || code === 'ETIMEDOUT';
}

// Some releases of undici give their parser errors no code. Then the name of the error is used.
const MALFORMED = new Set([
  'HTTPParserError',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_SOCKET',
  'ERR_ASSERTION', // from undici's parser, for an invalid status
]);

function isMalformed(code: string): boolean {
  return MALFORMED.has(code) || code.startsWith('HPE_');
}
