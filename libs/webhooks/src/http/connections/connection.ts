import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import type { Dial, PendingDial, RequestPhase } from './dial.js';

const MAX_HEAD_BYTES = 16_384;
const MAX_IDLE_MS = 4_000;
/** undici stops reusing a socket this long before the receiver closes it. */
const CLOSE_EARLY_MS = 1_000;
/** One error for all: nobody reads it, and a stack trace per connection costs more than the rest of closing it. */
const DISCARDED = new Error('The connection was discarded.');

/** What a connection sends: one POST, and undici's handler for the response. */
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
  /** Number of requests sent over the current socket. */
  requestsSent = 0;
  phase: RequestPhase = 'waiting';
  private readonly client: Client;
  private isBusy = false;
  private pendingDial: PendingDial | null = null;
  private socket: Socket | null = null;

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

  /** Sends one request. Its handler may be called before this returns. */
  send(request: CarriedRequest): void {
    this.isBusy = true;
    this.phase = 'response';
    const { path, headers, body } = request;
    this.client.dispatch({ path, method: 'POST', headers, body }, request);
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
    const setPhase = (phase: RequestPhase): void => {
      this.phase = phase;
    };
    this.pendingDial = this.dial(target, setPhase, (error, socket) => {
      this.pendingDial = null;
      if (error) return done(error, null);
      this.phase = 'response';
      this.socket = socket;
      done(null, socket!);
    });
  }
}
