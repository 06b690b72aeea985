import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { webhooksMigrations } from '../../libs/webhooks/src/store/schema/migrations/index.js';
import { webhooksEntities } from '../../libs/webhooks/src/store/schema/entities.js';
import type { TestDatabase } from '../support/database.js';
import { createMigratedDatabase } from '../support/migrated-database.js';
import { AUDIT, AUDIT_TRIGGERS } from './audit.js';
import { DatabaseProxy } from './database-proxy.js';
import { Host, type HostSettings, LEASE_MS, TIMEOUT_MS } from './host.js';
import { Ledger } from './ledger.js';
import type { Spares } from './spares.js';
import { until } from './until.js';

/** A registered URL, as the suite knows it. */
export interface KnownEndpoint {
  id: string;
  tenantId: string;
  /** Paths at which its requests arrive: several if its URL was changed. */
  paths: string[];
  secrets: string[];
}

/** Everything that a test of faults needs: a database, a receiver with a ledger, and hosts that can be killed. */
export class World {
  readonly endpoints: KnownEndpoint[] = [];
  private readonly hosts = new Set<Host>();
  private readonly proxies: DatabaseProxy[] = [];

  private constructor(
    private databaseUrl: string,
    /** A connection of the test itself, without a proxy. */
    public admin: Client,
    readonly ledger: Ledger,
    private readonly spares: Spares | null,
    private readonly tidyUp: () => Promise<void>,
  ) {}

  /**
   * Creates a world on a new database of this run's server, or on the database of `databaseUrl`. With `spares`, it reuses
   * processes whose hosts have stopped.
   */
  static async create(databaseUrl?: string, spares: Spares | null = null): Promise<World> {
    const database = databaseUrl ? await migrated(databaseUrl) : await createMigratedDatabase();
    const admin = await connect(database.url);
    await admin.query('create table host_messages (id text primary key)');
    await admin.query(AUDIT + AUDIT_TRIGGERS);
    const folder = mkdtempSync(join(tmpdir(), 'sms-webhooks-faults-'));
    const ledger = await Ledger.open(folder, spares);
    return new World(database.url, admin, ledger, spares, async () => {
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** URL of the database, without a proxy. */
  get url(): string {
    return this.databaseUrl;
  }

  async host(settings: HostSettings = {}): Promise<Host> {
    const proxy = await DatabaseProxy.open(this.databaseUrl);
    this.proxies.push(proxy);
    const name = `host-${this.proxies.length}`;
    const connection = { application_name: name, ...settings.connection };
    const host = await Host.start(name, proxy, { ...settings, connection }, this.spares);
    this.hosts.add(host);
    return host;
  }

  /** Forgets all earlier records. Call this after the module's tables were dropped and created again. */
  async beginAnew(): Promise<void> {
    this.endpoints.length = 0;
    this.ledger.turnPage();
    await this.rows('truncate host_messages, audit, gone_events, gone_deliveries, gone_attempts');
    await this.rows(AUDIT_TRIGGERS);
  }

  /** Waits until the database has noticed that a host is gone. Returns how many deliveries the host held. */
  async heldBy(dead: Host): Promise<number> {
    await until(
      `the sessions of ${dead.name} to end`,
      async () => (await this.count('pg_stat_activity where application_name = $1', [dead.name])) === 0,
    ).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await this.describe()}`);
    });
    return this.count(
      `webhook_deliveries d join webhook_leases l on l.id = d.lease_id where d.state = 'sending' and l.owner like $1`,
      [`%:${dead.process.pid}:%`],
    );
  }

  /**
   * Number of leases that a host holds. Other hosts are not counted, because they take leases again and again to look for
   * work.
   */
  leasesOf(host: Host): Promise<number> {
    return this.count('webhook_leases where owner like $1', [`%:${host.process.pid}:%`]);
  }

  /** Connects everything to a server that has restarted at another URL. */
  async moved(url: string): Promise<void> {
    this.databaseUrl = url;
    for (const proxy of this.proxies) proxy.retarget(url);
    await this.admin.end().catch(() => undefined);
    this.admin = await connect(url);
  }

  /** Registers an endpoint on the receiver's `path`. */
  async register(
    host: Host,
    path: string,
    fields: Record<string, unknown> = {},
    tenantId = 'acme',
  ): Promise<KnownEndpoint> {
    const { id, secret } = await host.call<{ id: string; secret: string }>('endpoints', 'create', tenantId, {
      url: this.ledger.url(path),
      events: ['*'],
      timeoutMs: TIMEOUT_MS,
      ...fields,
    });
    const endpoint = { id, tenantId, paths: [path], secrets: [secret] };
    this.endpoints.push(endpoint);
    return endpoint;
  }

  async rows<Row = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.admin.query(sql, parameters)).rows as Row[];
  }

  async count(sql: string, parameters?: unknown[]): Promise<number> {
    const [row] = await this.rows<{ n: string }>(`select count(*) as n from ${sql}`, parameters);
    return Number(row!.n);
  }

  /** Waits until every event has become deliveries. */
  async relayed(): Promise<void> {
    await until('all events relayed', async () => (await this.count('webhook_unrelayed')) === 0);
  }

  /** Waits until every event is relayed and every delivery has ended. */
  async drained(patience = 90_000): Promise<void> {
    await until(
      'all events relayed and all deliveries ended',
      async () =>
        (await this.count('webhook_unrelayed')) === 0 &&
        (await this.count(`webhook_deliveries where state in ('pending', 'sending')`)) === 0,
      patience,
    ).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await this.describe()}`);
    });
  }

  /** Stops the running hosts, and waits until the leases of killed hosts are gone. After that, the database is at rest. */
  async rest(): Promise<void> {
    for (const host of this.hosts) if (host.alive) await host.stop();
    if ((await this.count('webhook_leases')) === 0) return;
    const last = await this.host({ clockOffset: LEASE_MS * 100 });
    await until(
      'the leases of killed hosts to run out',
      async () => (await this.count('webhook_leases')) === 0,
    );
    await last.stop();
  }

  async close(): Promise<void> {
    for (const host of this.hosts) if (host.alive) await host.kill();
    for (const proxy of this.proxies) await proxy.close();
    await this.ledger.close();
    await this.admin.end().catch(() => undefined); // its server may be gone
    await this.tidyUp();
  }

  /** What has not ended, for the message of a failed test. */
  private async describe(): Promise<string> {
    const left = await this.rows(
      `select d.id, d.state, d.claims, d.attempts, d.next_at, d.lease_id, l.state as lane, l.next_due_at, l.hold_until, l.in_flight
         from webhook_deliveries d join webhook_lanes l on l.id = d.lane_id
        where d.state in ('pending', 'sending') limit 5`,
    );
    const leases = await this.rows('select * from webhook_leases');
    const sessions = await this.rows(
      `select application_name, state, wait_event, now() - query_start as since, pg_blocking_pids(pid) as blocked_by, pid, left(query, 300) as query
         from pg_stat_activity where datname = current_database() and state <> 'idle'`,
    );
    const outputs = [...this.hosts].map((host) => host.process.output.slice(-2_000));
    return [left, leases, sessions]
      .map((rows) => JSON.stringify(rows, null, 1))
      .concat(outputs)
      .join('\n');
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined); // tests restart the server
  await client.connect();
  return client;
}

/** Migrates an existing database. The test does not drop it. */
async function migrated(url: string): Promise<TestDatabase> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities: [...webhooksEntities],
    migrations: [...webhooksMigrations],
  });
  await dataSource.initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
  return { url, drop: async () => undefined };
}
