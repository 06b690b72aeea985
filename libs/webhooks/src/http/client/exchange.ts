import type { Dispatcher } from 'undici';
import type { Connection } from '../connections/connection.js';
import type { ConnectionPool } from '../connections/connection-pool.js';
import { DialError } from '../connections/dial.js';
import { toStorableText } from './response-text.js';
import { HttpError } from '../transport.js';
import type { HttpErrorCode, HttpRequest, HttpResponse } from '../transport.js';
import type { CheckedUrl } from '../policy/url-policy.js';

const READ_BYTES = 16_384;
/** What an answer may take on the wire in all: hints, head, body, and the frames of its chunks. */
const WIRE_BYTES = 131_072;
const KEEP_OF_SUCCESS = 1_024;
const KEEP_OF_FAILURE = 4_096;
/** A body may take this much longer than the head, and never longer than the deadline. */
const BODY_MS = 1_000;

/** What an exchange needs of the transport it belongs to. */
export interface ExchangeOwner {
  connections: ConnectionPool;
  settled(exchange: Exchange): void;
  reused(): void;
}

/**
 * One request and what comes of it: the handler that undici calls, the deadline, and the promise. The head decides: once
 * it is there, nothing that befalls the body makes a failure of it.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly promise: Promise<HttpResponse>;
  readonly body: Buffer;
  headers: Record<string, string>;
  /** Head of the answer, as undici parsed it. */
  responseHeaders: Record<string, string | string[] | undefined> = {};
  settled = false;
  started = false;
  /** On the process's monotonic clock, in milliseconds. */
  deadline: number;
  private readonly startedAt = performance.now();
  private readonly timeoutMs: number;
  private resolve!: (response: HttpResponse) => void;
  private reject!: (error: HttpError) => void;
  private connection: Connection | null = null;
  private status = 0;
  private durationMs = 0;
  /** The beginning of the body: copied, since a piece of one byte would keep alive all that was read with it. */
  private kept: Buffer | null = null;
  private bytes = 0;
  /** What the socket had read before this request. */
  private readBefore = 0;
  private onUsedSocket = false;
  private answering = false;

  constructor(
    readonly target: CheckedUrl,
    request: HttpRequest,
    private readonly owner: ExchangeOwner,
  ) {
    this.headers = request.headers;
    this.body = request.body;
    this.timeoutMs = request.timeoutMs;
    this.deadline = this.startedAt + request.timeoutMs;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Sends it, unless its time is up already. */
  start(headers: Record<string, string>): void {
    this.started = true;
    this.headers = headers;
    if (!this.settled) this.owner.connections.acquire(this);
  }

  sendOver(connection: Connection): void {
    this.connection = connection;
    this.readBefore = connection.bytesRead;
    connection.send(this);
  }

  /** Looks, every now and then, whether the deadline has passed or the receiver floods us with what is no body. */
  check(now: number): void {
    if (this.deadline <= now) return this.expire();
    if (this.connection === null || this.connection.bytesRead - this.readBefore <= WIRE_BYTES) return;
    if (this.status !== 0) this.succeed(true);
    else this.fail('headers', `No head of an answer within ${WIRE_BYTES} bytes.`);
  }

  /** The deadline has passed. */
  private expire(): void {
    if (this.status !== 0) return this.succeed(true);
    const phase = this.connection?.phase ?? 'waiting';
    const code = phase === 'proxy' ? 'proxy' : 'timeout';
    this.fail(code, `No answer within ${this.timeoutMs} ms: still ${PHASE_TEXT[phase]}.`);
  }

  fail(code: HttpErrorCode, message: string, detail: string | null = null): void {
    if (this.settled) return;
    this.settle(false);
    this.reject(new HttpError(code, message, performance.now() - this.startedAt, detail));
  }

  onRequestStart(): void {
    this.onUsedSocket = this.connection!.requestsSent++ > 0;
    this.readBefore = this.connection!.bytesRead;
    if (this.onUsedSocket) this.owner.reused();
  }

  onResponseStarted(): void {
    this.answering = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200 || this.settled) return;
    const now = performance.now();
    this.status = status;
    this.responseHeaders = headers;
    this.durationMs = now - this.startedAt;
    this.deadline = Math.min(this.deadline, now + BODY_MS);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.settled) return;
    this.kept ??= Buffer.allocUnsafe(this.status < 300 ? KEEP_OF_SUCCESS : KEEP_OF_FAILURE);
    if (this.bytes < this.kept.length) chunk.copy(this.kept, this.bytes);
    this.bytes += chunk.length;
    if (this.bytes > READ_BYTES) this.succeed(true);
  }

  onResponseEnd(): void {
    this.succeed(false);
  }

  onResponseError(
    _controller: Dispatcher.DispatchController | undefined,
    error: Error & { code?: string },
  ): void {
    if (this.settled) return;
    if (this.status !== 0) return this.succeed(true);
    if (error instanceof DialError) return this.fail(error.code, error.message, error.detail);
    const code = error.code ?? error.name;
    if (isReset(code, error.message)) {
      if (this.onUsedSocket && !this.answering) return this.retry();
      return this.fail('reset', `The connection broke before an answer came (${code}).`);
    }
    if (isMalformed(code))
      return this.fail('headers', `The head of the answer is malformed or too large (${code}).`);
    this.fail('internal', `The request could not be sent (${code}).`);
  }

  /** The receiver closed an idle connection just as we used it: nothing came back. Once more, on a connection not used before. */
  private retry(): void {
    this.onUsedSocket = false;
    const stale = this.connection!;
    this.connection = null;
    this.owner.connections.discard(stale);
    this.owner.connections.acquire(this, true);
  }

  private succeed(cut: boolean): void {
    if (this.settled) return;
    this.settle(!cut);
    const retryAfter = this.responseHeaders['retry-after'];
    this.resolve({
      status: this.status,
      retryAfter: (Array.isArray(retryAfter) ? retryAfter[0] : retryAfter) ?? null,
      body: this.readBody(cut),
      durationMs: this.durationMs,
    });
  }

  private readBody(cut: boolean): string {
    const { kept, bytes } = this;
    if (kept === null) return '';
    return toStorableText(kept.subarray(0, bytes), kept.length, cut || bytes > kept.length);
  }

  private settle(reusable: boolean): void {
    this.settled = true;
    const { connection } = this;
    this.connection = null;
    if (connection) {
      if (reusable) this.owner.connections.release(connection);
      else this.owner.connections.discard(connection);
    }
    this.owner.settled(this);
  }
}

const PHASE_TEXT = {
  waiting: 'waiting for a free connection',
  dns: 'resolving the host name',
  connect: 'connecting',
  tls: 'in the TLS handshake',
  proxy: 'connecting to the proxy',
  tunnel: 'connecting through the proxy',
  answer: 'waiting for the answer',
};

function isReset(code: string, message: string): boolean {
  if (code === 'UND_ERR_SOCKET') return message !== 'bad response' && message !== 'bad upgrade';
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED' || code === 'ETIMEDOUT';
}

// A parser error has no code of its own in every release; its name stands in then.
const MALFORMED = new Set([
  'HTTPParserError',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_SOCKET',
]);

function isMalformed(code: string): boolean {
  return MALFORMED.has(code) || code.startsWith('HPE_');
}
