import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import {
  createPostgresStore,
  createSession,
} from '../../libs/webhooks/src/store/postgres/create-postgres-store.js';
import { webhooksEntities } from '../../libs/webhooks/src/store/schema/entities.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { as, given, shape, startApp, values } from './support/app.js';
import { journey } from './support/journey.js';

const guide = readFileSync(join(__dirname, '../../docs/setup.md'), 'utf8');
const [workerGrants, webGrants] = [...guide.matchAll(/```sql\n(grant [^`]*)```/g)].map(([, sql]) => sql!);

let database: TestDatabase;
let receiver: Receiver;
let owner: DataSource;
/** Unique on the server, because other tests use the same server and its roles. */
let role: string;

beforeAll(async () => {
  [database, receiver] = await Promise.all([createDatabase(), startReceiver()]);
  owner = await given(database.url);
  role = `least_${new URL(database.url).pathname.slice(1)}`;
  await owner.query(`create role ${role} login password 'least'`);
});
afterAll(async () => {
  await owner.query(`drop owned by ${role}; drop role ${role}`);
  await owner.destroy();
  await Promise.all([database.drop(), receiver.close()]);
});
beforeEach(async () => {
  await owner.query(`drop owned by ${role}`);
});

/** Gives the role these rights from the guide, and connects as that role. */
async function asRole(grants: string): Promise<DataSource> {
  await owner.query(grants.replaceAll(/\bwebhooks_\w+(?=;)/g, role));
  const url = new URL(database.url);
  url.username = role;
  url.password = 'least';
  return new DataSource({ type: 'postgres', url: url.href, entities: [...webhooksEntities] }).initialize();
}

const mounted = (dataSource: DataSource) => WebhooksModule.forRoot({ ...shape, ...values, dataSource });

describe('A database role with the rights that the guide lists', () => {
  it('for a worker can use most of the module', async () => {
    const source = await asRole(workerGrants!);
    await createPostgresStore(createSession(source)).checkRights('worker');
    const app = await startApp([mounted(source)]);
    await journey(app, app.get(WebhooksService), source, receiver);
    await app.close();
    await source.destroy();
  });

  it('for a web process can publish and serve routes, but not run a worker', async () => {
    const source = await asRole(webGrants!);
    const [app, other] = [await startApp([mounted(source)]), await startApp([mounted(owner)])];
    const api = as(app, 'a');
    const webhooks = app.get<WebhooksService>(WebhooksService);
    const { body } = await api.post('/webhooks', { url: receiver.url, events: ['*'] }).expect(201);
    const event = { type: 'webhook.test', tenantId: 'a', data: { message: 'hello' } } as never;
    await source.transaction((tx) => webhooks.publish(tx, event));
    await source.transaction((tx) =>
      webhooks.publish(tx, { ...(event as object), idempotencyKey: 'k' } as never),
    );
    await other.get<WebhooksService>(WebhooksService).runOnce();
    const { body: log } = await api.get('/webhooks/deliveries').expect(200);
    for (const path of ['pause', 'resume', 'rotate-secret'])
      await api.post(`/webhooks/${body.id}/${path}`).expect(200);
    await api.post(`/webhooks/deliveries/${log.data[0].id}/retry`).expect(202);
    await api.post(`/webhooks/deliveries/${log.data[0].id}/cancel`).expect(200);
    await api.post(`/webhooks/${body.id}/recover`, { since: '2020-01-01' }).expect(202);
    await api.post(`/webhooks/${body.id}/test?wait=1`).expect(202);
    await api.patch(`/webhooks/${body.id}`, { description: 'x', maxInFlight: 2 }).expect(200);
    await api.patch('/webhooks/account', { alertEmail: 'ops@example.com' }).expect(200);
    await api.post('/webhooks/account/rotate-secret').expect(200);
    expect(await webhooks.stats()).toMatchObject({ due: expect.any(Number) });
    await webhooks.endpoints.delete('a', body.id);
    await app.close();
    await other.close();
    await expect(createPostgresStore(createSession(source)).checkRights('worker')).rejects.toMatchObject({
      name: 'MissingRightsError',
    });
    await source.destroy();
  });

  it('may have in its search_path a schema that the role cannot use, even if that schema has a table webhook_events', async () => {
    await owner.query(`create schema legacy; create table legacy.webhook_events (id int)`);
    await owner.query(`alter role ${role} set search_path = public, legacy`);
    const source = await asRole(webGrants!);
    await createPostgresStore(createSession(source)).checkRights('api');
    await source.destroy();
    await owner.query(`drop schema legacy cascade; alter role ${role} reset search_path`);
  });
});

describe.each([
  ['worker', workerGrants!, 40],
  ['api', webGrants!, 20],
] as const)('The start of a process in the role %s', (process, grants, count) => {
  it('fails with an error that names each missing right and the statement that grants it', async () => {
    const source = await asRole(grants);
    const store = createPostgresStore(createSession(source));
    const failures: string[] = [];
    let revoked = 0;
    for (const [, rights, kind, names] of grants.matchAll(
      /grant ([\w, ]+)\s+on (sequence |schema )?([\w,\s]+?)\s+to/g,
    ))
      for (const right of rights!.split(', '))
        for (const name of names!.split(/,\s*/)) {
          await owner.query(
            `revoke ${right} on ${kind ?? ''}${name} from ${kind === 'schema ' ? 'public, ' : ''}${role}`,
          );
          revoked++;
          const error = await store.checkRights(process).catch((thrown: unknown) => thrown as never);
          const { message, grants: statements } = (error ?? {}) as { message?: string; grants?: string[] };
          const isNamed =
            statements?.length === 1 && statements[0]!.includes(name) && statements[0]!.includes(right);
          if (!isNamed || !message?.includes(statements[0]!))
            failures.push(`${right} on ${name}: ${message}`);
          await owner.query(`grant ${right} on ${kind ?? ''}${name} to ${role}`);
        }
    expect(failures).toEqual([]);
    expect(revoked).toBeGreaterThanOrEqual(count);
    await source.destroy();
  });

  it('fails with MissingRightsError if a right is missing', async () => {
    const source = await asRole(grants);
    await owner.query(`revoke usage on sequence webhook_events_sequence_seq from ${role}`);
    const module = WebhooksModule.forRoot({ ...shape, ...values, role: process, dataSource: source });
    await expect(startApp([module], { logger: false })).rejects.toMatchObject({
      name: 'MissingRightsError',
      user: role,
      missing: [{ rights: ['usage'], on: 'sequence public.webhook_events_sequence_seq' }],
    });
    await source.destroy();
  });
});

describe.each(['LATIN1', 'SQL_ASCII'])('A database whose encoding is %s', (encoding) => {
  it('stops the start, because texts of events would fail in the host’s transactions. The error says what to do', async () => {
    const name = `encoded_${new URL(database.url).pathname.slice(1)}`;
    await owner.query(`create database ${name} encoding '${encoding}' locale 'C' template template0`);
    const url = new URL(database.url);
    url.pathname = `/${name}`;
    const source = await given(url.href);
    await expect(startApp([mounted(source)], { logger: false })).rejects.toMatchObject({
      name: 'DatabaseEncodingError',
      database: name,
      encoding,
      message: expect.stringContaining("encoding 'UTF8'"),
    });
    await source.destroy();
    await owner.query(`drop database ${name}`);
  });
});
