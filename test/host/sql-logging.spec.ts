import type { Logger } from 'typeorm';
import { DataSource } from 'typeorm';
import { Maintenance } from '../../libs/webhooks/src/engine/maintenance/maintenance.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { advanceClock } from '../support/clock.js';
import { ClientLog, POLL } from '../support/client-log.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { as, dataSource, shape, startApp, values } from './support/app.js';
import { journey } from './support/journey.js';

/** What a host's `logging: true` prints: statements and their parameters. */
class SqlLog implements Logger {
  readonly lines: string[] = [];

  async until(isLast: (line: string) => boolean): Promise<void> {
    while (!this.lines.some(isLast)) await new Promise((resolve) => setImmediate(resolve));
  }

  logQuery(query: string, parameters?: unknown[]): void {
    this.lines.push(`${query} -- ${JSON.stringify(parameters)}`);
  }
  logQueryError(error: string | Error, query: string, parameters?: unknown[]): void {
    this.lines.push(`${error} ${query} -- ${JSON.stringify(parameters)}`);
  }
  logQuerySlow(time: number, query: string, parameters?: unknown[]): void {
    this.lines.push(`${time} ${query} -- ${JSON.stringify(parameters)}`);
  }
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

let database: TestDatabase;
let receiver: Receiver;

beforeAll(async () => {
  [database, receiver] = await Promise.all([createDatabase(), startReceiver()]);
});
afterAll(() => Promise.all([database.drop(), receiver.close()]));

it('The SQL log of a host contains no secret, no header value and no key', async () => {
  const log = new SqlLog();
  const app = await startApp([
    dataSource(database.url, { logging: true, logger: log, maxQueryExecutionTime: 1 }),
    WebhooksModule.forRoot({ ...shape, ...values }),
  ]);
  const api = as(app, 'b');
  const secrets = ['header-value-of-b', values.encryption!.current.key as string];
  const remember = ({ body }: { body: { secret: string } }) => void secrets.push(body.secret);
  for (const profile of ['standard', 'opensms', 'httpsms']) {
    const registration = { url: receiver.url, events: ['*'], profile, headers: { 'x-token': secrets[0] } };
    const created = await api.post('/webhooks', registration).expect(201);
    remember(created);
    remember(await api.post(`/webhooks/${created.body.id}/rotate-secret`).expect(200));
  }
  const brought = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  await api.post('/webhooks', { url: receiver.url, events: ['*'], secret: brought }).expect(201);
  secrets.push(brought);
  remember(await api.get('/webhooks/account/secret').expect(200));
  remember(await api.post('/webhooks/account/rotate-secret').expect(200));
  await journey(app, app.get<WebhooksService>(WebhooksService), app.get(DataSource), receiver);
  await app.close();

  const said = log.lines.join('\n');
  expect(log.lines.length).toBeGreaterThan(100);
  expect(said).toContain('webhook_endpoints');
  expect(new Set(secrets).size).toBe(11);
  for (const secret of secrets) expect(said).not.toContain(secret);
  // The log does not contain the part of a secret after the prefix `whsec_` either.
  for (const secret of secrets) expect(said).not.toContain(secret.replace(/^whsec_/, ''));
});

it('An idle worker adds nothing to the host’s SQL log, except errors of the worker’s own statements', async () => {
  const log = new SqlLog();
  const app = await startApp(
    [
      dataSource(database.url, { logging: true, logger: log }),
      WebhooksModule.forRoot({
        ...shape,
        ...values,
        role: 'worker',
        worker: { idlePollMs: 20 },
        retention: { keepBodiesMs: 60_000 },
      }),
    ],
    { logger: false },
  );
  try {
    const source = app.get(DataSource);
    const sent = new ClientLog(source);
    await app.get<WebhooksService>(WebhooksService).operator.pause({ tenantId: 'paused' });
    log.lines.length = 0;
    await sent.sent(POLL, 10);
    advanceClock(app, 60_000); // pauses are applied at intervals
    await sent.sent('operator_paused_at = null', 1);
    await app.get(Maintenance, { strict: false }).runRound();
    expect(log.lines).toEqual([]);

    await source.query('alter table webhook_leases rename to hidden');
    await log.until(
      (line) => line.includes('relation "webhook_leases" does not exist') && line.includes(POLL),
    );
    await source.query('alter table hidden rename to webhook_leases');
  } finally {
    await app.close(); // a worker that still polls would keep the run from ending
  }
});
