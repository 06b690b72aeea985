import { Connection } from './connection.js';
import type { ConnectionEvents } from './connection.js';
import type { Dial } from './dial.js';
import type { Exchange } from '../client/exchange.js';

/** How many connections there may be. */
export interface ConnectionLimits {
  /** Connections to one origin (scheme, host and port). More requests wait, on their own deadline. Default: 64. */
  connectionsPerOrigin?: number;
  /** Connections in all. At the limit the one idle for longest makes room; if none is idle, requests wait. Default: 512. */
  maxConnections?: number;
}

interface OriginPool {
  size: number;
  /** Last used last: the others get to close. */
  idle: Connection[];
}

/** Keep-alive connections by origin, bounded in all; a pool without connections is forgotten. */
export class ConnectionPool implements ConnectionEvents {
  /** Sockets open now. */
  open = 0;
  private readonly all = new Set<Connection>();
  private readonly pools = new Map<string, OriginPool>();
  /** All idle connections, idle for longest first. */
  private readonly idle = new Set<Connection>();
  private readonly waiting: Exchange[] = [];
  private serving = false;
  private lastClosed: (() => void) | null = null;
  private readonly perOrigin: number;
  private readonly max: number;

  constructor(
    private readonly dial: Dial,
    { connectionsPerOrigin = 64, maxConnections = 512 }: ConnectionLimits,
  ) {
    this.perOrigin = connectionsPerOrigin;
    this.max = maxConnections;
  }

  /** Origins with a pool now. */
  get origins(): number {
    return this.pools.size;
  }

  /** Sends the exchange over an idle or a new connection (`fresh`: a new one only), or as soon as there is one. */
  acquire(exchange: Exchange, fresh = false): void {
    if (!this.assign(exchange, fresh)) this.waiting.push(exchange);
  }

  /** The request is answered to the end: the connection may carry another. */
  release(connection: Connection): void {
    connection.exchange = null;
    this.idle.add(connection);
    this.pools.get(connection.origin)!.idle.push(connection);
    this.serve();
  }

  /** Gives a connection up. */
  discard(connection: Connection): void {
    if (this.all.delete(connection)) {
      const pool = this.pools.get(connection.origin)!;
      if (this.idle.delete(connection)) pool.idle.splice(pool.idle.indexOf(connection), 1);
      if (--pool.size === 0) this.pools.delete(connection.origin);
      this.serve();
    }
    connection.destroy();
  }

  /** Gives all connections up. Resolves when the last socket is closed. */
  async close(): Promise<void> {
    for (const connection of this.all) this.discard(connection);
    if (this.open > 0) {
      await new Promise<void>((resolve) => {
        this.lastClosed = resolve;
      });
    }
  }

  opened(): void {
    this.open++;
  }

  closed(connection: Connection, idle: boolean): void {
    this.open--;
    if (idle) this.discard(connection);
    if (this.open === 0) this.lastClosed?.();
  }

  private assign(exchange: Exchange, fresh: boolean): boolean {
    const { origin } = exchange.target;
    let pool = this.pools.get(origin);
    let connection = fresh ? undefined : pool?.idle.pop();
    if (connection) {
      this.idle.delete(connection);
    } else {
      if (pool && pool.size >= this.perOrigin) return false;
      if (this.all.size >= this.max && !this.makeRoom()) return false;
      // Making room may have emptied and forgotten the pool.
      pool = this.pools.get(origin);
      if (!pool) this.pools.set(origin, (pool = { size: 0, idle: [] }));
      connection = new Connection(origin, this.dial, this);
      pool.size++;
      this.all.add(connection);
    }
    exchange.sendOver(connection);
    return true;
  }

  private makeRoom(): boolean {
    for (const longestIdle of this.idle) {
      this.discard(longestIdle);
      return true;
    }
    return false;
  }

  /** First come, first served, past those whose origin is full. Later, so that no caller is in the middle of something. */
  private serve(): void {
    if (this.serving || this.waiting.length === 0) return;
    this.serving = true;
    queueMicrotask(() => {
      this.serving = false;
      const waiting = this.waiting.splice(0);
      for (const exchange of waiting) {
        if (!exchange.settled && !this.assign(exchange, false)) this.waiting.push(exchange);
      }
    });
  }
}
