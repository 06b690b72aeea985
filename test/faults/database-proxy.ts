import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { plainStatement, Statements, type WireMessage, WireMessages } from './wire-messages.js';

/** Where a statement is held: before the server gets it, or after the server has run it and before the client gets the response. */
type Place = 'before' | 'after';

/** Selects a statement by its text, and by what its transaction has sent before. */
type Matcher = (statement: string, transaction: string) => boolean;

interface Trap {
  place: Place;
  matches: Matcher;
  sprung: (held: Link) => void;
}

/**
 * A proxy for connections to PostgreSQL that can cut them, silence them, slow them down, or lose one response. Each process of
 * a test has its own proxy, so that a fault affects only that process.
 */
export class DatabaseProxy {
  private readonly links = new Set<Link>();
  private trap: Trap | null = null;
  private joined: ((pid: number) => void) | null = null;
  private frozen = false;
  /** Delay (ms) in each direction. */
  delayMs = 0;
  /** Statements that must fail: the server gets an invalid one instead. Works only for statements without parameters. */
  refused: RegExp | null = null;
  refusals = 0;
  /** Which statements are timed. */
  timed: RegExp | null = null;
  /** How long (ms) each timed statement took until the server was ready for the next one, in order. */
  readonly times: number[] = [];

  private constructor(
    private readonly server: Server,
    private database: URL,
  ) {}

  /** Opens a proxy for the database of `url`. */
  static async open(url: string): Promise<DatabaseProxy> {
    const server = createServer((socket) => proxy.accept(socket));
    const proxy = new DatabaseProxy(server, new URL(url));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The database's URL through this proxy. */
  get url(): string {
    const url = new URL(this.database);
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** From now on, new connections lead to the database of `url`. */
  retarget(url: string): void {
    this.database = new URL(url);
  }

  /** Resets every connection, on both sides. */
  cut(): void {
    for (const link of this.links) link.cut();
  }

  /** Silences all connections, and also new ones until `thaw`: they stay open and carry nothing. */
  freeze(): void {
    this.frozen = true;
    for (const link of this.links) link.freeze();
  }

  /** Makes new connections work. Those that were silenced stay silent. */
  thaw(): void {
    this.frozen = false;
  }

  /** Holds the next statement that matches. Then resolves with its connection, which can be released or cut. */
  hold(place: Place, statement: RegExp): Promise<Link> {
    return this.trapNext(place, (each) => statement.test(each));
  }

  /** Holds the next COMMIT of a transaction that has sent a statement with `part`. */
  holdCommit(place: Place, part: RegExp): Promise<Link> {
    return this.trapNext(place, (each, transaction) => each === 'COMMIT' && part.test(transaction));
  }

  /**
   * Holds the server's "ready" for the next new session, and resolves with the session's process id. The caller must then
   * end the session. So one read of the client gets both the "ready" and the error that ends the session.
   */
  joinReadyAndEnd(): Promise<number> {
    return new Promise((resolve) => {
      this.joined = resolve;
    });
  }

  async close(): Promise<void> {
    this.server.close();
    this.cut();
  }

  /** Returns the trap if it is set for this statement, and removes it. */
  springs(statement: string, transaction: string): Trap | null {
    const { trap } = this;
    if (!trap?.matches(statement, transaction)) return null;
    this.trap = null;
    return trap;
  }

  /** Returns true if a call of `joinReadyAndEnd` waits for a new session, and resolves that call with `pid`. */
  joins(pid: number): boolean {
    const { joined } = this;
    this.joined = null;
    joined?.(pid);
    return joined !== null;
  }

  forget(link: Link): void {
    this.links.delete(link);
  }

  private trapNext(place: Place, matches: Matcher): Promise<Link> {
    return new Promise((resolve) => {
      this.trap = { place, matches, sprung: resolve };
    });
  }

  private accept(client: Socket): void {
    const { hostname, port } = this.database;
    const link = new Link(this, client, connect(Number(port), hostname));
    this.links.add(link);
    if (this.frozen) link.freeze();
  }
}

/** One connection through the proxy. */
export class Link {
  private readonly fromClient = new WireMessages(true);
  private readonly fromServer = new WireMessages(false);
  private readonly statements = new Statements();
  private transaction = '';
  private silent = false;
  private trap: Trap | null = null;
  private kept: Buffer[] = [];
  /** Id of the server's process, until the session is ready. */
  private pid: number | null = null;
  /** The server's "ready", while it is held until the session ends. */
  private ready: Buffer | null = null;
  /** When a timed statement was sent. */
  private timedSince: number | null = null;

  constructor(
    private readonly proxy: DatabaseProxy,
    private readonly client: Socket,
    private readonly server: Socket,
  ) {
    client.setNoDelay(true);
    server.setNoDelay(true);
    client.on('data', (bytes: Buffer) => this.later(() => this.toServer(bytes)));
    server.on('data', (bytes: Buffer) => this.later(() => this.toClient(bytes)));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      // If one side closes, the other is closed too, unless the connection is silent.
      one.on('error', () => undefined);
      one.on('close', () => {
        if (!this.silent) other.destroy();
        if (other.destroyed) proxy.forget(this);
      });
    }
  }

  cut(): void {
    this.silent = false;
    for (const socket of [this.client, this.server]) {
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  /** Drops everything from now on, and leaves both sides open. */
  freeze(): void {
    this.silent = true;
  }

  /** Passes on a held statement, or its response. */
  release(): void {
    const { kept } = this;
    const place = this.trap?.place;
    this.silent = false;
    this.trap = null;
    this.kept = [];
    for (const bytes of kept)
      if (place === 'before') this.server.write(bytes);
      else this.client.write(bytes);
  }

  private later(pass: () => void): void {
    if (this.proxy.delayMs > 0) setTimeout(pass, this.proxy.delayMs);
    else pass();
  }

  private toServer(bytes: Buffer): void {
    for (const message of this.fromClient.push(bytes)) {
      const statement = this.statements.of(message);
      if (statement !== null) this.note(statement);
      if (this.trap?.place === 'before') this.kept.push(message.bytes);
      else if (!this.silent) this.server.write(this.refusalOf(message, statement) ?? message.bytes);
    }
  }

  private refusalOf({ type }: WireMessage, statement: string | null): Buffer | null {
    if (type !== 'Q' || statement === null || !this.proxy.refused?.test(statement)) return null;
    this.proxy.refusals++;
    return plainStatement('select refused');
  }

  private note(statement: string): void {
    if (/^(start|begin)/i.test(statement)) this.transaction = '';
    if (this.proxy.timed?.test(statement)) this.timedSince = performance.now();
    const trap = this.proxy.springs(statement, this.transaction);
    this.transaction += `${statement}\n`;
    if (!trap) return;
    this.trap = trap;
    if (trap.place === 'before') trap.sprung(this);
  }

  private toClient(bytes: Buffer): void {
    for (const message of this.fromServer.push(bytes)) {
      if (message.type === 'Z' && this.timedSince !== null) {
        this.proxy.times.push(performance.now() - this.timedSince);
        this.timedSince = null;
      }
      if (this.trap?.place === 'after') this.keepAnswer(message, this.trap);
      else if (!this.silent) this.passOn(message);
    }
  }

  private passOn({ type, bytes }: WireMessage): void {
    if (type === 'K') this.pid = bytes.readInt32BE(5);
    if (type === 'Z' && this.pid !== null) {
      const joins = this.proxy.joins(this.pid);
      this.pid = null;
      if (joins) {
        this.ready = bytes;
        return;
      }
    }
    this.client.write(this.ready ? Buffer.concat([this.ready, bytes]) : bytes);
    this.ready = null;
  }

  /** Keeps the response, which ends with the message "Z": the server is ready for the next statement. */
  private keepAnswer(message: WireMessage, trap: Trap): void {
    this.kept.push(message.bytes);
    if (message.type === 'Z') trap.sprung(this);
  }
}
