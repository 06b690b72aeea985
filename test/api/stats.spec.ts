import { decodeId } from '../../libs/webhooks/src/core/ids.js';
import { Maintenance } from '../../libs/webhooks/src/engine/maintenance/maintenance.js';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';
import { advanceClock } from '../support/clock.js';
import { createDatabase } from '../support/database.js';
import { startHost } from '../support/webhooks-host.js';
import { startReceiver } from './receiver.js';
import { host, list, message, newAccount, receiver, useCustomers } from './customers.js';

const HOUR_MS = 3_600_000;

describe('The figures of a webhook', () => {
  useCustomers();

  it('are those of the last 24 hours, by hour; test events do not count', async () => {
    const { api, register, publish } = newAccount();
    const { id } = await register({ profile: 'standard' });
    const path = `/webhooks/${id}/stats`;
    const none = await list(api, path);
    expect(none.total).toEqual({
      attempts: 0,
      delivered: 0,
      retried: 0,
      exhausted: 0,
      discarded: 0,
      successRate: null,
      statusClasses: { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, none: 0 },
      latencyMs: null,
    });
    expect(none.hours).toHaveLength(24);

    receiver.answer(500, 404, 200);
    for (const subject of ['m1', 'm2', 'm3']) {
      await publish(subject);
      await host.webhooks.runOnce();
    }
    await api.post(`/webhooks/${id}/test?wait=1`, {}).expect(202);
    await host.webhooks.runOnce();
    const { total } = await list(api, path);
    expect(total).toMatchObject({ attempts: 3, delivered: 1, retried: 2, exhausted: 0, discarded: 0 });
    expect(total.statusClasses).toEqual({ '2xx': 1, '3xx': 0, '4xx': 1, '5xx': 1, none: 0 });
    expect(total.successRate).toBe(0.3333);
    expect(total.latencyMs.p95).toBeGreaterThanOrEqual(total.latencyMs.p50);

    advanceClock(host.app, HOUR_MS);
    await host.webhooks.runOnce();
    const later = await list(api, path);
    expect(later.total).toMatchObject({ attempts: 5, delivered: 3, retried: 2 });
    const attempts = later.hours.map((hour: { attempts: number }) => hour.attempts);
    expect(attempts.slice(-2)).toEqual([3, 2]);
    expect(later.hours.at(-1).hour).toBe(
      new Date(Math.floor(Date.parse(later.until) / HOUR_MS) * HOUR_MS).toISOString(),
    );

    advanceClock(host.app, 25 * HOUR_MS);
    expect((await list(api, path)).total.attempts).toBe(0);
    await host.app.get(Maintenance).runRound();
    expect(await rowsOf(id)).toBe(0);
  });

  it('are not shown to other tenants or after the webhook is deleted, and are deleted with the tenant', async () => {
    const { tenantId, api, register, publish } = newAccount();
    const [{ id }, { id: kept }] = [await register(), await register()];
    await publish('m1');
    await host.webhooks.runOnce();
    await newAccount().api.get(`/webhooks/${id}/stats`).expect(404);
    expect([await rowsOf(id), await rowsOf(kept)]).toEqual([1, 1]);
    await api.delete(`/webhooks/${id}`).expect(204);
    await api.get(`/webhooks/${id}/stats`).expect(404);
    await host.webhooks.operator.deleteTenant(tenantId);
    expect([await rowsOf(id), await rowsOf(kept)]).toEqual([0, 0]);
  });

  it('are written later, but only once, if the database has failed', async () => {
    const { api, register, publish } = newAccount();
    const { id } = await register();
    await publish('m1');
    const store = host.app.get<Store>(STORE, { strict: false });
    const write = jest
      .spyOn(store, 'addEndpointHours')
      .mockRejectedValueOnce(new Error('the database is away'));
    await host.webhooks.runOnce();
    expect((await list(api, `/webhooks/${id}/stats`)).total.attempts).toBe(0);
    await publish('m2');
    await host.webhooks.runOnce();
    expect((await list(api, `/webhooks/${id}/stats`)).total.attempts).toBe(2);
    write.mockRestore();
  });

  /** Number of stored hours of an endpoint. */
  async function rowsOf(id: string): Promise<number> {
    const store = host.app.get<Store>(STORE, { strict: false });
    return (await store.readEndpointHours(decodeId('wh', id)!, 1000 * HOUR_MS)).hours.length;
  }
});

it('The figures of several workers add up to every attempt', async () => {
  const database = await createDatabase();
  const target = await startReceiver();
  const hosts = [await startHost({ database }), await startHost({ database })];
  const { body } = await hosts[0]!
    .as('a')
    .post('/webhooks', { url: target.url, events: ['*'] })
    .expect(201);
  for (let round = 0; round < 5; round++)
    for (const { dataSource, webhooks } of hosts) {
      const subject = `m${round}`;
      await dataSource.transaction((tx) =>
        webhooks.publish(tx, { type: 'message.delivered', tenantId: 'a', subject, data: message(subject) }),
      );
      await webhooks.runOnce();
    }
  const { total } = (await hosts[1]!.as('a').get(`/webhooks/${body.id}/stats`).expect(200)).body;
  expect([total.attempts, target.received.length]).toEqual([10, 10]);
  for (const each of hosts) await each.close();
  await target.close();
  await database.drop();
});
