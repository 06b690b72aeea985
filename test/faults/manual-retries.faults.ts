import { setTimeout as delay } from 'node:timers/promises';
import { settle } from './figures.js';
import type { Host } from './host.js';
import { promises } from './reconcile.js';
import { until } from './until.js';
import { World } from './world.js';

/** Events for each endpoint. They are too few for an endpoint to count as failing. */
const EVENTS = 4;
const PATHS = Array.from({ length: 8 }, (_, i) => `/failing-${i}`);
/** Number of manual retries before the endpoints work again. */
const ASKED = 80;

describe('While scheduled retries go on,', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.close());

  it('a manual retry is refused during another attempt: attempt numbers have no gaps, and no attempt is sent twice', async () => {
    const options = { delivery: { retry: { schedule: [20, 20], jitter: 0 } } };
    const apis = [await world.host({ role: 'api', options }), await world.host({ role: 'api', options })];
    await Promise.all([world.host({ role: 'worker', options }), world.host({ role: 'worker', options })]);
    for (const path of PATHS) {
      await world.register(apis[0]!, path);
      await world.ledger.behave(path, { status: 500 });
    }
    await apis[0]!.publish(
      'acme',
      Array.from({ length: EVENTS }, (_, i) => `m${i}`),
    );
    await until('the first delivery to be given up', () =>
      world.count(`webhook_deliveries where state = 'exhausted'`),
    );

    const asked = { retried: 0, recovered: 0, refused: 0 };
    while (asked.retried + asked.recovered < ASKED) {
      await Promise.all([
        retryAll(world, apis[0]!, asked),
        retryAll(world, apis[1]!, asked),
        recoverAll(world, apis[1]!, asked),
      ]);
      await delay(5);
    }
    for (const path of PATHS) await world.ledger.behave(path, {});
    await world.drained();
    await recoverAll(world, apis[0]!, asked);
    await world.drained();

    const account = await settle(world, asked);
    expect(account).toMatchObject({
      ...promises(0),
      revived: expect.any(Number),
      duplicates: 0,
      takeOvers: 0,
    });
    // A manual retry of a waiting delivery only sends it sooner. It does not revive the delivery, which has not ended.
    expect(account.revived).toBeLessThanOrEqual(asked.retried + asked.recovered);
    expect(account.requests).toBe(account.attempts);
    expect(await world.count(`webhook_deliveries where state = 'delivered'`)).toBe(EVENTS * PATHS.length);
    // If no retry was refused, manual and scheduled retries have never coincided.
    expect(asked.refused).toBeGreaterThan(0);
  });
});

/** Asks for a manual retry of every delivery, whatever its state is. */
async function retryAll(world: World, api: Host, asked: { retried: number; refused: number }): Promise<void> {
  for (const { id } of await world.rows<{ id: string }>('select id from webhook_deliveries order by id')) {
    try {
      await api.call('deliveries', 'retry', 'acme', `dlv_${id}`);
      asked.retried++;
    } catch (error) {
      if (!/is being sent right now/.test((error as Error).message)) throw error;
      asked.refused++;
    }
  }
}

async function recoverAll(world: World, api: Host, asked: { recovered: number }): Promise<void> {
  for (const { id } of world.endpoints) {
    const since = '2020-01-01T00:00:00Z';
    const { recovered } = await api.call<{ recovered: number }>('endpoints', 'recover', 'acme', id, {
      since,
    });
    asked.recovered += recovered;
  }
}
