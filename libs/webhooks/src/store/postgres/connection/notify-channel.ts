import { createHash } from 'node:crypto';
import { LineLogger } from '../../../core/line-logger.js';
import type { CommitNotifier, CommittedWork } from '../../store.js';
import type { Session } from './session.js';

/** Commits within this time are told of once, ms. */
const THROTTLE = 15;
const FIRST_RECONNECT = 500;
const LONGEST_RECONNECT = 30_000;

/** What this needs of a `pg` client. */
interface PgClient {
  connect(): Promise<unknown>;
  query(text: string, values?: unknown[]): Promise<unknown>;
  end(): Promise<void>;
  on(event: 'notification', listener: (message: { payload?: string }) => void): void;
  on(event: 'error' | 'end', listener: (argument?: unknown) => void): void;
}

/** `lose` ends it and has another one made; called again it does nothing. */
interface Connection {
  client: PgClient;
  lose(error: Error): void;
}

/** What this needs of TypeORM's PostgreSQL driver: its pool knows how to make a client with the host's settings. */
interface PgDriver {
  master: { Client: new (options: unknown) => PgClient; options: unknown };
}

/**
 * Tells other processes of commits, and hears of theirs, over one connection of its own (opt-in, `worker.notify`).
 * The NOTIFY comes after the commit and at most every 15 ms: inside the host's transaction it would serialise commits.
 * Losing the connection costs speed, not events: polling goes on underneath.
 */
export class NotifyChannel implements CommitNotifier {
  private readonly logger = new LineLogger('WebhookWakeChannel');
  private readonly channel: string;
  /** Null until it listens. */
  private connection: Connection | null = null;
  private listener: ((wake: CommittedWork) => void) | null = null;
  private reconnect: NodeJS.Timeout | null = null;
  private pause = FIRST_RECONNECT;
  private pending: NodeJS.Timeout | null = null;
  /** Of the commits that are not told of yet. */
  private unsaid: CommittedWork = { events: false, lanes: false };
  private saidAt = 0;
  private stopped = true;

  constructor(private readonly database: Session) {
    const tables = createHash('sha256').update(database.tables.events).digest('hex').slice(0, 12);
    this.channel = `webhooks_${tables}`;
  }

  /** Connects. Resolves when connected, or when the first try has failed. */
  async start(): Promise<void> {
    this.stopped = false;
    await this.open();
  }

  /** Also listens, on this connection and on those after it. */
  async listen(onWake: (wake: CommittedWork) => void): Promise<void> {
    this.listener = onWake;
    const { connection } = this;
    if (!connection) return;
    await this.listenOn(connection.client).catch((error: Error) => connection.lose(error));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.reconnect) clearTimeout(this.reconnect);
    if (this.pending) clearTimeout(this.pending);
    const { connection } = this;
    this.connection = null;
    if (connection) await this.end(connection.client);
  }

  /** A transaction with work for others has committed here. */
  notify({ events, lanes }: CommittedWork): void {
    if (this.stopped) return;
    this.unsaid.events ||= events;
    this.unsaid.lanes ||= lanes;
    if (this.pending) return;
    const wait = this.saidAt + THROTTLE - performance.now();
    if (wait <= 0) this.send();
    else
      this.pending = setTimeout(() => {
        this.pending = null;
        this.send();
      }, wait);
  }

  private send(): void {
    this.saidAt = performance.now();
    const { events, lanes } = this.unsaid;
    this.unsaid = { events: false, lanes: false };
    // Without a payload: both.
    const only = events && lanes ? '' : `, '${events ? 'events' : 'lanes'}'`;
    const { connection } = this;
    connection?.client.query(`notify ${this.channel}${only}`).catch((error: Error) => connection.lose(error));
  }

  private async open(): Promise<void> {
    const { master } = this.database.dataSource.driver as unknown as PgDriver;
    const client = new master.Client(master.options);
    let isLost = false;
    const lose = (error: Error): void => {
      if (isLost) return;
      isLost = true;
      this.lost(client, error);
    };
    client.on('error', (error) => lose(error as Error));
    client.on('end', () => lose(new Error('the server closed it')));
    client.on('notification', ({ payload }) =>
      this.listener?.({ events: payload !== 'lanes', lanes: payload !== 'events' }),
    );
    try {
      await client.connect();
      if (this.listener) await this.listenOn(client);
      if (this.stopped) return await this.end(client);
      this.connection = { client, lose };
      this.pause = FIRST_RECONNECT;
    } catch (error) {
      lose(error as Error);
    }
  }

  private async listenOn(client: PgClient): Promise<void> {
    await client.query(`listen ${this.channel}`);
    // Whatever was said while nobody listened.
    this.listener?.({ events: true, lanes: true });
  }

  private lost(client: PgClient, error: Error): void {
    void this.end(client);
    this.connection = null;
    if (this.stopped) return;
    this.logger.warn(
      `The connection for NOTIFY was lost (${error.message}): polling only, again in ${this.pause} ms`,
    );
    this.reconnect = setTimeout(() => void this.open(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_RECONNECT);
  }

  private async end(client: PgClient): Promise<void> {
    await client.end().catch((error: Error) => this.logger.warn(`Closing failed: ${error.message}`));
  }
}
