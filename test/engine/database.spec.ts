import { delivered, type Engine, useEngine } from './support/engine.js';
import { answer, inSequence, Receiver } from './support/receiver.js';
import type { PublishedEvent } from '../../libs/webhooks/src/events/event.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';

const POOL = 3;
const DAY = 24 * 3_600_000;

/** Drops the prepared statements of all connections of the pool. Behind a pooler, such statements can get lost. */
async function forget(engine: Engine): Promise<void> {
  const runners = Array.from({ length: POOL }, () => engine.first.dataSource.createQueryRunner());
  const held = await Promise.all(
    runners.map((runner) => runner.query('select count(*) from pg_prepared_statements')),
  );
  expect(held.some(([{ count }]) => Number(count) > 0)).toBe(true);
  await Promise.all(runners.map((runner) => runner.query('deallocate all')));
  await Promise.all(runners.map((runner) => runner.release()));
}

describe('A relay whose prepared statements are gone', () => {
  const engine = useEngine({ pool: POOL });

  it('continues with plain statements', async () => {
    await engine().endpoint('acme', '/hooks');
    for (const subject of ['before', 'after']) {
      await engine().publish(delivered('acme', subject));
      await engine().runAll();
      if (subject === 'before') await forget(engine());
    }

    expect(engine().receiver.arrivals).toHaveLength(2);
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(2);
  });
});

describe('A claim whose prepared statement is gone', () => {
  const engine = useEngine({ pool: POOL });

  it('is made with a plain statement', async () => {
    engine().receiver.on('/hooks', inSequence(answer(500), answer(500), answer(200)));
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runAll();
    engine().advance(DAY);
    await engine().runAll(); // the first claim: until here the relay has leased everything directly
    await forget(engine());

    engine().advance(DAY);
    await engine().runAll();

    expect(engine().receiver.arrivals).toHaveLength(3);
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(1);
  });
});

describe('Statements that are gone on several connections at once', () => {
  const engine = useEngine({ pool: POOL });

  it('are all sent again as plain statements', async () => {
    const { database } = engine().first;
    // Each connection must be busy when the next statement comes, so that all of them are used.
    const ask = () => database.frequent<{ one: number }>('select 1 as one, pg_sleep(0.05)::text', []);
    const askAll = () => Promise.all(Array.from({ length: POOL }, ask));
    await askAll();
    await forget(engine());
    expect((await askAll()).flat().map(({ one }) => one)).toEqual(Array.from({ length: POOL }, () => 1));
  });
});

const EVENTS = 300;
const SERIALIZATION_FAILURE = '40001';

/** The same database with a URL that makes `level` the default isolation level of its sessions. */
function withDefault(database: TestDatabase, level: string): TestDatabase {
  const url = new URL(database.url);
  url.searchParams.set('options', `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`);
  return { ...database, url: url.href };
}

describe.each(['repeatable read', 'serializable'])('If transactions are %s by default,', (level) => {
  let database: TestDatabase;
  let receiver: Receiver;
  let hosts: WebhooksHost[];
  beforeAll(async () => {
    database = await createDatabase();
    receiver = await Receiver.start();
    const own = withDefault(database, level);
    const first = await startHost({ database: own });
    hosts = [first, await startHost({ database: own })];
  });
  afterAll(async () => {
    for (const host of hosts) await host.close();
    await receiver.close();
    await database.drop();
  });

  it('two workers deliver every event once while a host publishes', async () => {
    const [first, second] = hosts as [WebhooksHost, WebhooksHost];
    const [{ default_transaction_isolation: shown }] = await first.dataSource.query(
      'show default_transaction_isolation',
    );
    expect(shown).toBe(level);
    for (const path of ['/a', '/b', '/c']) {
      await first.webhooks.endpoints.create('a', { url: receiver.url(path), events: ['*'], maxInFlight: 4 });
    }
    const publish = async (i: number): Promise<PublishedEvent> => {
      const event = delivered('a', `m${i % 50}`, { idempotencyKey: String(i) });
      for (;;) {
        try {
          return await first.dataSource.transaction((tx) => first.webhooks.publish(tx, event));
        } catch (error) {
          // At this level, a transaction that fails is tried again.
          if ((error as { code?: string }).code !== SERIALIZATION_FAILURE) throw error;
        }
      }
    };
    const published = Promise.all(Array.from({ length: EVENTS }, (_, i) => publish(i)));
    const drain = async ({ webhooks }: WebhooksHost) => {
      for (let left = true; left;) {
        await webhooks.runOnce();
        const { unrelayed, due, leases } = await webhooks.stats();
        left = unrelayed + due + leases > 0;
      }
    };
    await Promise.all([published, drain(first), drain(second)]);
    await drain(first);

    expect(new Set((await published).map(({ id }) => id)).size).toBe(EVENTS);
    for (const path of ['/a', '/b', '/c']) {
      const ids = receiver.at(path).map(({ headers }) => headers['webhook-id']);
      expect([new Set(ids).size, ids.length]).toEqual([EVENTS, EVENTS]);
    }
  });
});

const MINUTE = 60_000;
const NUMBER = '+18005550199';

/** A JSON column after a mistake in a database console. */
const DAMAGED = 'not JSON';

describe('A damaged row', () => {
  const engine = useEngine();
  const complaints = (): string => engine().log.errors.splice(0).join('\n');

  it('of an account affects no other account: callbacks of this account wait with a reason until the row is repaired', async () => {
    const callbackUrl = engine().receiver.url('/callback');
    await engine().endpoint('good', '/good');
    await engine().publish(delivered('damaged', 'm1', { callbackUrl }));
    await engine().runOnce();
    const [before] = await engine().query<{ secrets: string }>(
      `select secrets from $accounts where tenant_id = 'damaged'`,
    );
    const setSecrets = (text: string) =>
      engine().query(`update $accounts set secrets = $1 where tenant_id = 'damaged'`, [text]);
    await setSecrets(DAMAGED);

    await engine().publish(
      delivered('damaged', 'm2', { callbackUrl }),
      delivered('good', 'm3'),
      delivered('other', 'm4', { callbackUrl }),
    );
    await engine().runOnce();
    expect(engine().receiver.at('/good')).toHaveLength(1);
    expect(engine().receiver.at('/callback')).toHaveLength(2);
    expect(await engine().deliveries('damaged')).toMatchObject([
      { state: 'delivered' },
      { state: 'pending', reason: 'endpoint-unreadable', attemptCount: 0 },
    ]);
    expect(complaints()).toContain('Nothing can be sent to callbacks of tenant damaged: ');

    await setSecrets(before!.secrets);
    engine().advance(MINUTE);
    await engine().runOnce();
    expect(engine().receiver.at('/callback')).toHaveLength(3);
  });

  it('of an event stops no retry of its delivery: all outcomes are recorded until the delivery ends', async () => {
    engine().receiver.on('/httpsms', answer(500));
    await engine().endpoint('acme', '/httpsms', {
      profile: 'httpsms',
      events: ['message.phone.sent'],
      phoneNumbers: [NUMBER],
      secret: 'a-text-secret-long-enough',
    });
    const message = { id: 7, direction: 'out', from: NUMBER, to: '+18005550100' } as const;
    await engine().publish(messageEvent('message.sent', { tenantId: 'acme', message }));
    await engine().runOnce();
    await engine().query('update $events set data = $1', [DAMAGED]);

    for (let tries = 1; tries < 5; tries++) {
      engine().advance(60 * MINUTE);
      await engine().runOnce();
    }
    expect(await engine().deliveries('acme')).toMatchObject([{ state: 'exhausted' }]);
    expect(await engine().webhooks.subjects.list('acme', '7')).toMatchObject({
      data: [{ type: 'message.sent' }],
    });
    complaints();
  });

  it('of an alert stops no other alert, and is given up after its last try', async () => {
    const { id } = await engine().endpoint('acme', '/hooks');
    await engine().webhooks.operator.disable(id);
    await engine().query('update $alerts set data = $1', [DAMAGED]);
    const other = await engine().endpoint('other', '/hooks');
    await engine().webhooks.operator.disable(other.id);
    for (let tries = 0; tries < 9; tries++) {
      await engine().runOnce();
      engine().advance(24 * 60 * MINUTE);
    }
    expect(
      await engine().query(
        'select tenant_id, sent_at is not null as sent, next_at from $alerts order by tenant_id',
      ),
    ).toEqual([
      { tenant_id: 'acme', sent: false, next_at: null },
      { tenant_id: 'other', sent: true, next_at: null },
    ]);
    expect(complaints()).toContain('its text cannot be composed: its data in the database is not JSON');
  });

  it('of an endpoint lets the worker try only a few deliveries a minute; all deliveries are sent within a minute after the secret is rotated', async () => {
    const { id } = await engine().endpoint('acme', '/hooks');
    await engine().webhooks.endpoints.pause('acme', id);
    await engine().publish(...Array.from({ length: 300 }, (_, i) => delivered('acme', `m${i}`)));
    await engine().runOnce();
    await engine().query(`update $endpoints set secrets = replace(secrets, 'v1.k1.', 'v1.k1.AAAA')`);
    await engine().webhooks.endpoints.resume('acme', id);
    for (let minute = 0; minute < 3; minute++) {
      const { claimed, returned } = await engine().runOnce();
      expect([claimed, returned]).toEqual([expect.any(Number), claimed]);
      expect(claimed).toBeGreaterThan(0);
      expect(claimed).toBeLessThan(20);
      engine().advance(MINUTE);
    }
    await engine().publish(delivered('acme', 'new'));
    expect(await engine().runOnce()).toMatchObject({ relayed: 1, delivered: 0 });
    expect(engine().receiver.arrivals).toEqual([]);
    expect(complaints()).toContain('cannot be opened');

    await engine().webhooks.endpoints.rotateSecret('acme', id, { overlapMs: 0 });
    engine().advance(MINUTE);
    expect(await engine().runOnce()).toMatchObject({ delivered: 301 });
  });

  it('of an endpoint does not stop a re-encryption, which lists the endpoint as unreadable', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().endpoint('other', '/hooks');
    await engine().query(`update $endpoints set secrets = $1 where tenant_id = 'acme'`, [DAMAGED]);
    expect(await engine().webhooks.operator.reencryptSecrets()).toEqual({
      matched: 4,
      done: 4,
      left: 0,
      resealed: 0,
      unreadable: [expect.stringMatching(/^acme:/)],
    });
  });
});
