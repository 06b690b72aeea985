import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { Child } from '../support/processes/child.js';
import { Log } from './support/log.js';
import { delivered } from './support/engine.js';
import { startWorker, type Worker } from './support/worker.js';

/** The small heap that docs/scaling.md describes. */
const SMALL_HEAP = '--max-old-space-size=192 --max-semi-space-size=4';
const ENDPOINTS = 50;
const LARGE_EVENTS = 25;
const SMALL_EVENTS = 20;
/** 244 KB as JSON: like real text, it contains quotes, which JSON escapes. */
const LARGE_TEXT = 'said "x" '.repeat(22_200);

/** Counts the requests on each path. */
class Counter {
  private readonly counts = new Map<string, number>();
  private readonly listeners: (() => void)[] = [];

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {
    server.on('request', (request, response) => {
      request.resume().on('end', () => {
        response.end();
        this.counts.set(request.url!, this.of(request.url!) + 1);
        for (const listener of this.listeners) listener();
      });
    });
  }

  static async start(): Promise<Counter> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Counter(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  of(path: string): number {
    return this.counts.get(path) ?? 0;
  }

  async reached(path: string, count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const check = (): void => void (this.of(path) >= count && resolve());
      this.listeners.push(check);
      check();
    });
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

describe('A process with a small heap', () => {
  let database: TestDatabase;
  let receiver: Counter;
  let host: Worker;
  let child: Child;
  beforeAll(async () => {
    database = await createDatabase();
    receiver = await Counter.start();
    host = await startWorker(
      database.url,
      { options: { checkEventData: false, limits: { registrationsPerMinute: 1000 } } },
      new Log(),
    );
    child = new Child(join(__dirname, '../faults/processes/host.ts'), { NODE_OPTIONS: SMALL_HEAP });
  });
  afterAll(async () => {
    await child.kill();
    await host.close();
    receiver.stop();
    await database.drop();
  });

  const endpoint = (tenantId: string) =>
    host.webhooks.endpoints.create(tenantId, { url: `${receiver.origin}/${tenantId}`, events: ['*'] });
  const publish = (tenantId: string, count: number, text: string) =>
    host.dataSource.transaction((tx) =>
      host.webhooks.publish(
        tx,
        Array.from({ length: count }, (_, i) => delivered(tenantId, `m${i}`, { data: { text } } as never)),
      ),
    );
  const start = (role: 'api' | 'worker'): Promise<void> =>
    child.ask('start', { databaseUrl: database.url, role, options: {}, clockOffset: 0, pool: 5 });
  const states = (): Promise<unknown> =>
    host.dataSource.query('select state, count(*)::int from webhook_deliveries group by state');

  it('delivers large events to many endpoints, and small events of other tenants at the same time', async () => {
    for (let i = 0; i < ENDPOINTS; i++) await endpoint('large');
    await endpoint('small');
    await publish('large', LARGE_EVENTS, LARGE_TEXT);
    await publish('small', SMALL_EVENTS, 'x');
    const ended = child.exit().then(() => Promise.reject(new Error(child.output)));
    await start('worker');

    await Promise.race([receiver.reached('/small', SMALL_EVENTS), ended]);
    expect(receiver.of('/large')).toBeLessThan((ENDPOINTS * LARGE_EVENTS) / 2);
    await Promise.race([receiver.reached('/large', ENDPOINTS * LARGE_EVENTS), ended]);
    await child.ask('stop');
    expect(await states()).toEqual([{ state: 'delivered', count: ENDPOINTS * LARGE_EVENTS + SMALL_EVENTS }]);
  });

  it('publishes many large events in one transaction', async () => {
    await host.dataSource.query('create table host_messages (id text primary key)');
    await start('api');
    const subjects = Array.from({ length: 100 }, (_, i) => `m${i}`);
    const ids = await child.ask<string[]>('publish', {
      tenantId: 'acme',
      subjects,
      text: LARGE_TEXT,
    });
    expect(ids).toHaveLength(subjects.length);
  });
});
