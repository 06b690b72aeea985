import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { buildConnector } from 'undici';
import type { Dial, PendingDial, RequestPhase } from './dial.js';
import type { Exchange } from '../client/exchange.js';

const MAX_HEAD_BYTES = 16_384;
const IDLE_MS = 4_000;
/** One for all: what hears it has ended already, and a stack trace for each would cost more than the rest of closing. */
const GIVEN_UP = new Error('The connection was given up.');

/** What a connection tells its owner. */
export interface ConnectionEvents {
  opened(): void;
  /** The socket closed; `idle` if no request needed it. */
  closed(connection: Connection, idle: boolean): void;
}

/**
 * One undici client, which is one socket and at most one request at a time. Owning the clients, rather than a pool of
 * undici's, tells for certain whether a socket has been used before, and lets a deadline stop the very dial it waits for.
 */
export class Connection {
  /** The request it carries now. */
  exchange: Exchange | null = null;
  /** Requests that the present socket has carried. */
  requestsSent = 0;
  phase: RequestPhase = 'waiting';
  private readonly client: Client;
  private dialling: PendingDial | null = null;
  private socket: Socket | null = null;

  constructor(
    readonly origin: string,
    private readonly dial: Dial,
    events: ConnectionEvents,
  ) {
    this.client = new Client(origin, {
      connect: (target, done) => this.connect(target, done),
      // Deadlines are the exchange's business.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: MAX_HEAD_BYTES,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      keepAliveTimeoutThreshold: 1_000,
    });
    this.client.on('connect', () => {
      this.requestsSent = 0;
      events.opened();
    });
    this.client.on('disconnect', () => events.closed(this, this.exchange === null));
    // Unheard, an 'error' event would end the process. The request itself has failed with the same error.
    (this.client as EventEmitter).on('error', () => undefined);
  }

  /** Bytes that the present socket has read. */
  get bytesRead(): number {
    return this.socket?.bytesRead ?? 0;
  }

  /** Sends one request; the exchange hears what comes of it, perhaps before this returns. */
  send(exchange: Exchange): void {
    this.exchange = exchange;
    this.phase = 'answer';
    const { target, headers, body } = exchange;
    this.client.dispatch({ path: target.path, method: 'POST', headers, body }, exchange);
  }

  /** Breaks it off, a dial under way too. */
  destroy(): void {
    this.exchange = null;
    this.dialling?.destroy();
    this.client.destroy(GIVEN_UP, () => undefined);
  }

  private connect(target: buildConnector.Options, done: buildConnector.Callback): void {
    const progress = (phase: RequestPhase): void => {
      this.phase = phase;
    };
    this.dialling = this.dial(target, progress, (error, socket) => {
      this.dialling = null;
      if (error) return done(error, null);
      this.phase = 'answer';
      this.socket = socket;
      done(null, socket!);
    });
  }
}
