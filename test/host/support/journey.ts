import type { INestApplication } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { advanceClock } from '../../support/clock.js';
import { Session } from '../../../libs/webhooks/src/store/postgres/connection/session.js';
import { Maintenance } from '../../../libs/webhooks/src/engine/maintenance/maintenance.js';
import { messageEvent } from '../../../libs/webhooks/src/events/event-builders.js';
import type { WebhooksService } from '../../../libs/webhooks/src/webhooks.service.js';
import type { Receiver } from '../../api/receiver.js';
import { as } from './app.js';

const DAY = 24 * 3600 * 1000;

/**
 * Uses most of what the module does in a host: registers, publishes (with an idempotency key, with a callback), delivers,
 * fails, retries, pauses, cancels, counts what a recovery would send, rotates secrets, reads, sends a test event, runs
 * retention and deletes the tenant. It does not use replays, captures or the operator's pauses.
 */
export async function journey(
  app: INestApplication,
  webhooks: WebhooksService,
  source: DataSource,
  receiver: Receiver,
): Promise<void> {
  const api = as(app, 'a');
  const database = app.get(Session, { strict: false });
  const message = (id: string) => ({ id, direction: 'out', from: 'ACME', to: '+15550100' }) as const;
  const publish = (id: string, more: { idempotencyKey?: string; callbackUrl?: string } = {}) =>
    source.transaction((tx) =>
      webhooks.publish(
        tx,
        messageEvent('message.delivered', { tenantId: 'a', message: message(id), ...more }),
      ),
    );

  const { body: endpoint } = await api
    .post('/webhooks', { url: receiver.url, events: ['message.*'], headers: { 'x-token': 'abc' } })
    .expect(201);
  const path = `/webhooks/${endpoint.id}`;

  const first = await publish('m1', { idempotencyKey: 'k' });
  expect(await publish('m1', { idempotencyKey: 'k' })).toEqual({ id: first.id, duplicate: true });
  await publish('m2', { callbackUrl: `${receiver.url}/callback` });
  expect(await webhooks.runOnce()).toMatchObject({ relayed: 2, delivered: 2 });
  expect(receiver.received).toHaveLength(2);

  receiver.answer(500);
  await publish('m3');
  expect(await webhooks.runOnce()).toMatchObject({ relayed: 1, delivered: 0 });
  receiver.answer(200);
  advanceClock(app, 60_000);
  expect(await webhooks.runOnce()).toMatchObject({ delivered: 1 });

  const { body: log } = await api.get(`/webhooks/deliveries?subject=m3`).expect(200);
  const delivery = `/webhooks/deliveries/${log.data[0].id}`;
  expect((await api.get(delivery).expect(200)).body.attempts).toHaveLength(2);
  await api.post(`${delivery}/retry`).expect(202);
  expect(await webhooks.runOnce()).toMatchObject({ delivered: 1 });

  await api.post(`${path}/pause`).expect(200);
  await publish('m4');
  expect(await webhooks.runOnce()).toMatchObject({ relayed: 1, delivered: 0 });
  const { body: waiting } = await api.get(`${path}/deliveries?state=pending`).expect(200);
  await api.post(`/webhooks/deliveries/${waiting.data[0].id}/cancel`).expect(200);
  await api.post(`${path}/resume`).expect(200);
  const since = new Date(0).toISOString();
  await api.post(`${path}/recover`, { since, dryRun: true }).expect(202);
  await api.post(`${path}/rotate-secret`).expect(200);
  await api.get(`${path}/secret`).expect(200);
  await api.post(`${path}/test?wait=1`).expect(202); // waits only 1 ms: no worker runs here
  await webhooks.runOnce();
  await api.get('/webhooks/subjects/m3').expect(200);
  await api.get('/webhooks/account').expect(200);
  await api.post('/webhooks/account/rotate-secret').expect(200);
  expect((await api.get('/webhooks').expect(200)).body.data).toHaveLength(1);
  expect(await webhooks.stats()).toMatchObject({ due: 0 });

  const maintenance = app.get(Maintenance, { strict: false });
  advanceClock(app, 40 * DAY);
  await maintenance.runRound();
  expect((await api.get('/webhooks/deliveries').expect(200)).body.data).toEqual([]);
  const [left] = await database.query<{ count: string }>(`select count(*) from ${database.tables.events}`);
  expect(left).toEqual({ count: '0' });
  await api.post(`${path}/pause`).expect(200);
  await webhooks.operator.deleteTenant('a');
  expect((await api.get('/webhooks').expect(200)).body.data).toEqual([]);
}
