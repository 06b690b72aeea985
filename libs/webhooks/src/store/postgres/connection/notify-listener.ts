import { randomBytes } from 'node:crypto';
import { LineLogger } from '../../../core/line-logger.js';
import type { CommittedWork } from '../../store.js';
import { unlessSilent } from './guarded-connection.js';
import { createOwnClient, type OwnClient } from './own-client.js';
import type { Session } from './session.js';
import { WorkerConnection } from './worker-connection.js';

const FIRST_RECONNECT_MS = 500;
const LONGEST_RECONNECT_MS = 30_000;
/** Maximum time (ms) that `hears` waits for its own NOTIFY. */
const PROBE_MS = 1_000;
/** Maximum time (ms) to close a connection. A silent connection would never close. */
const END_MS = 1_000;

/** No connection of this data source can listen. */
class CannotListenError extends Error {}

/**
 * Listens for other processes' commits on a separate connection, which the worker's small statements may use, too.
 * Reopens a lost connection. Until the connection is back, or if it cannot listen, the worker polls. Logs one line for
 * each outage.
 */
export class NotifyListener {
  private readonly logger = new LineLogger('WebhookWakeChannel');
  private client: OwnClient | null = null;
  private isListening = false;
  private onWork: (work: CommittedWork) => void = () => undefined;
  private reconnect: NodeJS.Timeout | null = null;
  private pauseMs = FIRST_RECONNECT_MS;
  private isStopped = false;
  /** Connections of this data source receive notifications: a NOTIFY has arrived on one of them, or there is no pooler. */
  private isProven = false;

  constructor(
    private readonly database: Session,
    private readonly channel: string,
  ) {}

  listen(onWork: (work: CommittedWork) => void): void {
    this.onWork = onWork;
    void this.open();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.reconnect) clearTimeout(this.reconnect);
    const { client } = this;
    this.client = null;
    this.database.found.workerConnection = null;
    if (client) await this.end(client);
  }

  private async open(): Promise<void> {
    const client = createOwnClient(this.database.dataSource);
    if (!client) return this.giveUp('this driver has no clients that listen');
    this.client = client;
    let isLost = false;
    const lose = (error: Error): void => {
      if (isLost) return;
      isLost = true;
      void this.end(client);
      this.lost(error);
    };
    client.on('error', (error) => lose(error as Error));
    client.on('end', () => lose(new Error('the server closed it')));
    client.on('notification', ({ channel, payload }) => {
      if (channel === this.channel) this.onWork({ events: payload !== 'lanes', lanes: payload !== 'events' });
    });
    try {
      // `pg` would wait for ever for a server that does not answer. After a timeout, the `catch` below closes the connection.
      const connection = await unlessSilent(this.listenOn(client), this.database.timeoutMs, () => undefined);
      if (this.isStopped) return;
      this.database.found.workerConnection = connection;
      this.isListening = true;
      this.pauseMs = FIRST_RECONNECT_MS;
      // Notifications may have been missed meanwhile, so the worker checks once.
      this.onWork({ events: false, lanes: true });
    } catch (error) {
      lose(error as Error);
    }
  }

  /**
   * Returns true if this connection receives the notifications of other sessions. Throws {@link CannotListenError} if it
   * does not: a transaction pooler accepts LISTEN, but then lends the listening session to other clients.
   */
  private async hears(client: OwnClient): Promise<boolean> {
    const { rows } = await client.query('select pg_backend_pid() as pid');
    if ((rows[0] as { pid: number }).pid === client.processID) return true;
    // A pooler is in between. It may run the UNLISTEN below in another session; then the first session keeps listening.
    // So the probe has a channel of its own, to which nothing is sent later.
    const channel = `webhooks_probe_${randomBytes(8).toString('hex')}`;
    let timeout!: NodeJS.Timeout;
    const heard = new Promise<boolean>((resolve) => {
      client.on('notification', (message) => message.channel === channel && resolve(true));
      timeout = setTimeout(() => resolve(false), PROBE_MS);
    });
    try {
      await client.query(`listen ${channel}`);
      await this.database.queryUnlogged(`notify ${channel}`, []);
      if (await heard) return true;
      throw new CannotListenError('a connection pooler is in between and does not keep sessions');
    } finally {
      clearTimeout(timeout);
      await client.query(`unlisten ${channel}`);
    }
  }

  private async listenOn(client: OwnClient): Promise<WorkerConnection> {
    await client.connect();
    this.isProven ||= await this.hears(client);
    await client.query(`listen ${this.channel}`);
    return WorkerConnection.of(client);
  }

  private lost(error: Error): void {
    const wasListening = this.isListening;
    this.isListening = false;
    this.client = null;
    this.database.found.workerConnection = null;
    if (this.isStopped) return;
    if (error instanceof CannotListenError) return this.giveUp(error.message);
    // One line for each outage.
    if (wasListening || this.pauseMs === FIRST_RECONNECT_MS)
      this.logger.warn(
        `The connection that listens for other processes' commits was lost (${error.message}): this worker polls until the connection is back`,
      );
    this.reconnect = setTimeout(() => void this.open(), this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_RECONNECT_MS);
  }

  private giveUp(reason: string): void {
    this.logger.warn(
      `This worker polls for other processes' commits, because it cannot LISTEN: ${reason}. Set worker.notify: false to stop it from trying`,
    );
  }

  private async end(client: OwnClient): Promise<void> {
    const timeout = setTimeout(() => client.connection?.stream.destroy(), END_MS);
    await client.end().catch((error: Error) => this.logger.warn(`Closing failed: ${error.message}`));
    clearTimeout(timeout);
  }
}
