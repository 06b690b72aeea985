import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import {
  ConnectionError,
  type Dial,
  type PendingDial,
  type RequestPhase,
  toConnectionError,
} from './dial.js';
import { MAX_HEAD_BYTES } from './head-buffer.js';
import { HeadReader } from './head-reader.js';
import { isTlsFailure } from './tls-failure.js';

const MAX_IDLE_MS = 4_000;
/** undici stops reusing a socket this long before the receiver closes it. */
const CLOSE_EARLY_MS = 1_000;
/** One error for all connections: nobody reads it, and a stack trace for each would cost more than the closing itself. */
const DISCARDED = new Error('The connection was discarded.');
const SENT_TOO_EARLY = 'The receiver sent bytes before the request was sent.';

/** One POST, with undici's handler for its response. */
export interface CarriedRequest extends Dispatcher.DispatchHandler {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** What a connection tells its pool. */
export interface ConnectionEvents {
  onOpen(): void;
  /** The socket closed. `wasIdle`: no request was using it. */
  onClose(connection: Connection, wasIdle: boolean): void;
}

/** One undici client: one socket and at most one request at a time. */
export class Connection {
  phase: RequestPhase = 'waiting';
  /**
   * What was wrong with TLS after the handshake. In TLS 1.3, the client may send its request before the server has checked
   * the handshake. An alert, for example about a missing client certificate, then arrives later. undici may report only that
   * the connection closed.
   */
  tlsFailure: ConnectionError | null = null;
  private readonly client: Client;
  /** Number of requests sent over the current socket. */
  private requestsSent = 0;
  private isBusy = false;
  /** A connection was dialled for the current request. */
  private hasDialled = false;
  private pendingDial: PendingDial | null = null;
  private socket: Socket | null = null;
  private head: HeadReader | null = null;

  constructor(
    readonly origin: string,
    private readonly dial: Dial,
    events: ConnectionEvents,
  ) {
    this.client = new Client(origin, {
      connect: (target, done) => this.connect(target, done),
      // The exchange enforces the deadlines.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: MAX_HEAD_BYTES,
      keepAliveTimeout: MAX_IDLE_MS,
      keepAliveMaxTimeout: MAX_IDLE_MS,
      keepAliveTimeoutThreshold: CLOSE_EARLY_MS,
    });
    this.client.on('connect', () => {
      this.requestsSent = 0;
      events.onOpen();
    });
    this.client.on('disconnect', () => events.onClose(this, !this.isBusy));
    // Without a listener, an 'error' event ends the process. The request has already failed with the same error.
    (this.client as EventEmitter).on('error', () => undefined);
  }

  /** Bytes read from the current socket. */
  get bytesRead(): number {
    return this.socket?.bytesRead ?? 0;
  }

  /** Bytes of the response to the current request have arrived. */
  get hasResponseStarted(): boolean {
    return this.head?.hasStarted ?? false;
  }

  /** Whether the current socket can carry another request, provided that the response was read to its end. */
  get isReusable(): boolean {
    return !this.head?.isOdd;
  }

  /** Sends one request. Its handler may be called before `send` returns. */
  send(request: CarriedRequest): void {
    this.isBusy = true;
    this.hasDialled = false;
    this.phase = 'response';
    const { path, headers, body } = request;
    this.client.dispatch({ path, method: 'POST', headers, body }, request);
  }

  /** undici is about to write the request. Returns true if the socket has been used before. */
  onRequestStart(): boolean {
    this.head!.expectHead();
    return this.requestsSent++ > 0;
  }

  /** The request ended: the connection can send another one. */
  markIdle(): void {
    this.isBusy = false;
  }

  /** Closes the socket, or stops the dial that is in progress. */
  destroy(): void {
    this.isBusy = false;
    this.pendingDial?.destroy();
    this.client.destroy(DISCARDED, () => undefined);
  }

  private connect(target: buildConnector.Options, done: buildConnector.Callback): void {
    // If a socket receives bytes before a request was sent, undici closes it and opens a new one, and would repeat this for ever.
    if (this.hasDialled) {
      queueMicrotask(() => done(new ConnectionError('headers', SENT_TOO_EARLY), null));
      return;
    }
    this.hasDialled = true;
    const setPhase = (phase: RequestPhase): void => {
      this.phase = phase;
    };
    this.pendingDial = this.dial(target, setPhase, (error, socket) => {
      this.pendingDial = null;
      if (error) return done(error, null);
      this.phase = 'response';
      this.socket = socket;
      this.tlsFailure = null;
      socket!.on('error', (failed: NodeJS.ErrnoException) => {
        if (isTlsFailure(failed.code ?? '')) this.tlsFailure ??= toConnectionError(failed, 'tls');
      });
      this.head = new HeadReader(socket!);
      done(null, socket!);
    });
  }
}
