import { Connection, type ConnectionEvents } from './connection.js';
import type { Dial } from './dial.js';

/** How many connections there may be. */
export interface ConnectionLimits {
  /** Connections to one origin (scheme, host and port). Further requests wait, within their own deadline. Default 64. */
  connectionsPerOrigin?: number;
  /**
   * Connections in total. At the limit, the one that has been idle longest is closed; if none is idle, requests wait.
   * Default 512.
   */
  maxConnections?: number;
}

/** What the pool sees of a request that waits for a connection. */
export interface PooledRequest {
  readonly origin: string;
  /** The request ended while it waited, for example at its deadline. */
  readonly isSettled: boolean;
  sendOver(connection: Connection): void;
}

interface OriginPool {
  size: number;
  /** In the order of their last use. The pool takes the most recently used one first, so that the others can close. */
  idle: Connection[];
}

/**
 * Keep-alive connections by origin, with a limit on their total number. An origin without connections is forgotten.
 *
 * Why not undici's `Agent`: it limits connections per origin, but it limits their total only by rejecting new origins. This
 * pool closes the connection that has been idle longest instead, so any number of receivers shares a bounded number of
 * sockets. Each connection is an undici client of its own, and counts the requests sent over its socket: a failed request
 * may be sent again only if its socket had carried another request before. The deadline of a request can also abort the
 * dial that the request waits for.
 */
export class ConnectionPool implements ConnectionEvents {
  private openSockets = 0;
  private readonly all = new Set<Connection>();
  private readonly pools = new Map<string, OriginPool>();
  /** All idle connections. The one that has been idle longest is first. */
  private readonly idle = new Set<Connection>();
  private readonly waiting: PooledRequest[] = [];
  private isServeScheduled = false;
  private onLastClose: (() => void) | null = null;
  private readonly maxPerOrigin: number;
  private readonly maxTotal: number;

  constructor(
    private readonly dial: Dial,
    { connectionsPerOrigin = 64, maxConnections = 512 }: ConnectionLimits,
  ) {
    this.maxPerOrigin = connectionsPerOrigin;
    this.maxTotal = maxConnections;
  }

  get openCount(): number {
    return this.openSockets;
  }

  /** Number of origins that have a connection. */
  get originCount(): number {
    return this.pools.size;
  }

  /**
   * Sends the request over an idle or a new connection as soon as there is one. `onlyNew`: uses an idle connection only if
   * the request has had to wait.
   */
  acquire(request: PooledRequest, onlyNew = false): void {
    if (!this.assign(request, onlyNew)) this.waiting.push(request);
  }

  /** Takes back a connection whose response was read to its end. */
  release(connection: Connection): void {
    connection.markIdle();
    this.idle.add(connection);
    this.pools.get(connection.origin)!.idle.push(connection);
    this.serveWaiting();
  }

  /** Closes a connection. */
  discard(connection: Connection): void {
    if (this.all.delete(connection)) {
      const pool = this.pools.get(connection.origin)!;
      if (this.idle.delete(connection)) pool.idle.splice(pool.idle.indexOf(connection), 1);
      if (--pool.size === 0) this.pools.delete(connection.origin);
      this.serveWaiting();
    }
    connection.destroy();
  }

  /** Closes all connections. Resolves when the last socket is closed. */
  async close(): Promise<void> {
    for (const connection of this.all) this.discard(connection);
    if (this.openSockets > 0) {
      await new Promise<void>((resolve) => {
        this.onLastClose = resolve;
      });
    }
  }

  onOpen(): void {
    this.openSockets++;
  }

  onClose(connection: Connection, wasIdle: boolean): void {
    this.openSockets--;
    if (wasIdle) this.discard(connection);
    if (this.openSockets === 0) this.onLastClose?.();
  }

  private assign(request: PooledRequest, onlyNew: boolean): boolean {
    const { origin } = request;
    let pool = this.pools.get(origin);
    let connection = onlyNew ? undefined : pool?.idle.pop();
    if (connection) {
      this.idle.delete(connection);
    } else {
      if (pool && pool.size >= this.maxPerOrigin) return false;
      if (this.all.size >= this.maxTotal && !this.closeLongestIdle()) return false;
      // The pool has been removed if its only connection was closed just now.
      pool = this.pools.get(origin);
      if (!pool) this.pools.set(origin, (pool = { size: 0, idle: [] }));
      connection = new Connection(origin, this.dial, this);
      pool.size++;
      this.all.add(connection);
    }
    request.sendOver(connection);
    return true;
  }

  private closeLongestIdle(): boolean {
    const [longest] = this.idle;
    if (!longest) return false;
    this.discard(longest);
    return true;
  }

  /**
   * Serves waiting requests in their order, but skips those whose origin is at its limit. Runs in a microtask, so that a
   * caller is never re-entered halfway through a change.
   */
  private serveWaiting(): void {
    if (this.isServeScheduled || this.waiting.length === 0) return;
    this.isServeScheduled = true;
    queueMicrotask(() => {
      this.isServeScheduled = false;
      const waiting = this.waiting.splice(0);
      for (const request of waiting) {
        if (!request.isSettled && !this.assign(request, false)) this.waiting.push(request);
      }
    });
  }
}
