import type { EntityManager } from 'typeorm';
import type { RegisterEndpoint } from '../../../libs/webhooks/src/endpoints/register-endpoint.dto.js';
import type { RegisteredEndpoint } from '../../../libs/webhooks/src/endpoints/endpoint.js';
import type { WebhookDeliveryDetail } from '../../../libs/webhooks/src/deliveries/delivery-detail.js';
import type { PublishedEvent, WebhookEventInput } from '../../../libs/webhooks/src/events/event.js';
import type { WebhooksService } from '../../../libs/webhooks/src/webhooks.service.js';
import type { RunResult } from '../../../libs/webhooks/src/engine/run-once.js';
import { advanceClock } from '../../support/clock.js';
import type { TestDatabase } from '../../support/database.js';
import { emptyTables } from '../../support/empty-tables.js';
import { createMigratedDatabase } from '../../support/migrated-database.js';
import { Log } from './log.js';
import { Receiver } from './receiver.js';
import { startWorker, type Worker, type WorkerSettings } from './worker.js';

export interface EngineSettings extends WorkerSettings {
  /** Number of workers on the database. Default: 1. */
  workers?: number;
}

/** Fields of an endpoint besides its path. `events`: everything by default. */
export type EndpointFields = Partial<Omit<RegisterEndpoint, 'url'>>;

/** The event that most tests need: `message.delivered` about `subject`. */
export function delivered(
  tenantId: string,
  subject: string,
  fields: Partial<WebhookEventInput> = {},
): WebhookEventInput {
  const message = { id: subject, direction: 'out', from: '+18005550199', to: '+256701521269' } as const;
  return { type: 'message.delivered', tenantId, subject, data: { message }, ...fields } as WebhookEventInput;
}

/** The whole engine in this process: workers on a database of their own, and receivers. */
export class Engine {
  private moved = 0;

  private constructor(
    private readonly test: TestDatabase,
    private readonly settings: EngineSettings,
    readonly log: Log,
    readonly receiver: Receiver,
    readonly workers: Worker[],
  ) {}

  static async start(settings: EngineSettings = {}): Promise<Engine> {
    const test = await createMigratedDatabase();
    const log = new Log();
    const engine = new Engine(test, settings, log, await Receiver.start(), []);
    try {
      for (let i = 0; i < (settings.workers ?? 1); i++) await engine.addWorker();
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  }

  async addWorker(settings: WorkerSettings = {}): Promise<Worker> {
    const worker = await startWorker(this.test.url, { ...this.settings, ...settings }, this.log);
    advanceClock(worker.module, this.moved);
    this.workers.push(worker);
    return worker;
  }

  get first(): Worker {
    return this.workers[0]!;
  }

  get webhooks(): WebhooksService {
    return this.first.webhooks;
  }

  /** Moves the clock of all workers forward. */
  advance(ms: number): void {
    const whole = Math.round(ms);
    this.moved += whole;
    for (const { module } of this.workers) advanceClock(module, whole);
  }

  /** Registers an endpoint at the receiver's `path`. It gets all events unless `fields` select some. */
  endpoint(tenantId: string, path: string, fields: EndpointFields = {}): Promise<RegisteredEndpoint> {
    return this.webhooks.endpoints.create(tenantId, {
      events: ['*'],
      ...fields,
      url: this.receiver.url(path),
    });
  }

  transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.first.dataSource.transaction(work);
  }

  /** Publishes in a transaction of its own. */
  publish(...events: WebhookEventInput[]): Promise<PublishedEvent[]> {
    return this.transaction((tx) => this.webhooks.publish(tx, events));
  }

  /** Lets the first worker relay and deliver what is due. */
  runOnce(): Promise<RunResult> {
    return this.webhooks.runOnce();
  }

  /** Lets all workers relay and deliver at the same time, until none finds anything to do. */
  async runAll(): Promise<void> {
    for (let busy = true; busy;) {
      const done = await Promise.all(this.workers.map((worker) => worker.webhooks.runOnce()));
      busy = done.some(({ relayed, claimed }) => relayed + claimed > 0);
    }
  }

  /** All deliveries of a tenant with their attempts, oldest first. */
  async deliveries(tenantId: string): Promise<WebhookDeliveryDetail[]> {
    const { data } = await this.webhooks.deliveries.list(tenantId, { limit: 100 });
    return Promise.all(data.toReversed().map(({ id }) => this.webhooks.deliveries.get(tenantId, id)));
  }

  /** Runs a statement, and returns its rows. `$events` and the like stand for the tables. */
  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const { tables } = this.first.database;
    const text = sql.replace(/\$([a-z]+)/g, (all, name: keyof typeof tables) => tables[name] ?? all);
    return this.first.database.query<Row>(text, parameters);
  }

  async count(sql: string, parameters: unknown[] = []): Promise<number> {
    const [row] = await this.query<{ count: string }>(`select count(*) from ${sql}`, parameters);
    return Number(row!.count);
  }

  /** Counts deliveries in state `sending`, leases, and lanes with requests in flight. All are 0 when the workers are done. */
  async leftovers(): Promise<{ sending: number; leases: number; inFlight: number }> {
    return {
      sending: await this.count(`$deliveries where state = 'sending'`),
      leases: await this.count('$leases'),
      inFlight: await this.count('$lanes where in_flight <> 0'),
    };
  }

  /** Empties the tables and the receiver: the next test begins with nothing. The clock stays where it is. */
  async clear(): Promise<void> {
    const { database } = this.first;
    await emptyTables((sql, parameters) => database.query(sql, parameters), Object.values(database.tables));
    this.receiver.clear();
    this.log.warnings.length = 0;
    this.log.errors.length = 0;
    this.log.debugs.length = 0;
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
    await this.receiver.close();
    await this.test.drop();
  }
}

export const NOTHING_LEFT = { sending: 0, leases: 0, inFlight: 0 };

/**
 * Starts an engine for all tests of a `describe`, and empties it after each test. At the end of a test, no delivery may be
 * in flight, and no lease may be left. No error may be in the log: a test that expects errors empties `log.errors`.
 */
export function useEngine(settings: EngineSettings = {}): () => Engine {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.start(settings);
  });
  afterEach(async () => {
    const left = await engine.leftovers();
    const errors = [...engine.log.errors];
    await engine.clear();
    expect(left).toEqual(NOTHING_LEFT);
    expect(errors).toEqual([]);
  });
  afterAll(() => engine.close());
  return () => engine;
}
