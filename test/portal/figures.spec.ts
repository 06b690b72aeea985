import { decodeId } from '../../libs/webhooks/src/core/ids.js';
import { FIGURES } from '../../libs/webhooks/src/store/figures/figure-store.js';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';
import { type PageHost, startPageHost } from './support/page-host.js';

const HOUR_MS = 3_600_000;

let host: PageHost;

beforeAll(async () => {
  host = await startPageHost();
});
afterAll(() => host.close());

/** Adds figures to one hour of an endpoint, as a worker does. */
async function count(endpointId: string, hoursAgo: number, delivered: number, failed: number): Promise<void> {
  const hour = Math.floor(Date.now() / HOUR_MS - hoursAgo) * HOUR_MS;
  const numbers: Partial<Record<(typeof FIGURES)[number], number>> = {
    delivered,
    status_2xx: delivered,
    retried: failed,
    status_5xx: failed,
  };
  const counts = FIGURES.map((figure) => numbers[figure] ?? 0);
  await host.app
    .get<symbol, Store>(STORE, { strict: false })
    .addEndpointHours([{ endpointId: decodeId('wh', endpointId)!, hour, counts }]);
}

it('One call returns the figures of all webhooks of a tenant, and reads no events, deliveries or attempts', async () => {
  const { endpoints } = host.webhooks;
  const input = { url: 'https://example.com/hooks', events: ['*'] };
  const [busy, idle, foreign] = [
    await endpoints.create('a', input as never),
    await endpoints.create('a', input as never),
    await endpoints.create('b', input as never),
  ];
  const gone = await endpoints.create('a', input as never);
  await count(busy.id, 0, 3, 1);
  await count(busy.id, 2, 5, 1);
  await count(busy.id, 30, 100, 100);
  await count(foreign.id, 0, 7, 7);
  await count(gone.id, 0, 9, 9);
  await endpoints.delete('a', gone.id);

  // The lock makes the call hang if it reads a table that grows with the tenant's traffic.
  const runner = host.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(
    'lock table webhook_deliveries, webhook_attempts, webhook_events in access exclusive mode',
  );
  const { body } = await host.call('get', '/api/figures', host.session()).expect(200);
  await runner.rollbackTransaction();
  await runner.release();
  expect(body.data.map(({ endpointId }: { endpointId: string }) => endpointId)).toEqual([idle.id, busy.id]);
  expect(body.data[1]).toMatchObject({ delivered: 8, failed: 2, successRate: 0.8 });
  expect(body.data[1].hours).toHaveLength(24);
  expect(body.data[1].hours.slice(-3).map((each: { delivered: number }) => each.delivered)).toEqual([
    5, 0, 3,
  ]);
  expect(body.data[0]).toMatchObject({ delivered: 0, failed: 0, successRate: null });
  const { body: recent } = await host.call('get', '/api/figures?hours=2', host.session()).expect(200);
  expect(recent.data[1]).toMatchObject({ delivered: 3, failed: 1, hours: [{}, { delivered: 3 }] });
  await host.call('get', '/api/figures?hours=25', host.session()).expect(400);
  await host.call('get', '/api/figures?day=1', host.session()).expect(400);
});
