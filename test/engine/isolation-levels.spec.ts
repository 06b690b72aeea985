import type { PublishedEvent } from '../../libs/webhooks/src/events/event.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { delivered } from './support/engine.js';
import { Receiver } from './support/receiver.js';

const EVENTS = 300;
const SERIALIZATION_FAILURE = '40001';

/** The same database, for sessions whose transactions are of this level unless they say otherwise. */
function withDefault(database: TestDatabase, level: string): TestDatabase {
  const url = new URL(database.url);
  url.searchParams.set('options', `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`);
  return { ...database, url: url.href };
}

describe.each(['repeatable read', 'serializable'])('Where transactions are %s by default', (level) => {
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

  it('two workers beside publishing hosts deliver every event once', async () => {
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
          // Whoever works at this level tries again.
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
