import type { Outcome } from '../../libs/webhooks/src/engine/send/outcome.js';
import { failureAlertsOf } from '../../libs/webhooks/src/engine/record/failure-alerts.js';
import type { RecordedOutcomes } from '../../libs/webhooks/src/store/outcome-store.js';
import type { Destination } from '../../libs/webhooks/src/engine/destinations/destination.js';
import type { LeasedDelivery } from '../../libs/webhooks/src/engine/destinations/leased-delivery.js';
import { nodemailerChannel } from '../../libs/webhooks/src/alerts/channels/nodemailer.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { type MailServer, startMailServer } from '../support/mail-server.js';
import { type Backend, DAY, HOUR, startBackend } from './backend.js';

const LEASE = '4711';

let backend: Backend;
let receiver: Receiver;
let mail: MailServer;
let tenants = 0;
let tenantId: string;

beforeAll(async () => {
  mail = await startMailServer();
  receiver = await startReceiver();
  backend = await startBackend({
    channels: [nodemailerChannel({ smtp: mail.url, from: 'webhooks@example.com' })],
  });
});
afterAll(async () => {
  await backend.close();
  await receiver.close();
  await mail.stop();
});
beforeEach(() => {
  tenantId = `tenant-${++tenants}`;
  mail.mails.length = 0;
  backend.heard.length = 0;
});

/** Registers endpoints of the tenant, and returns deliveries in flight to these endpoints, all under one lease. */
async function inFlight(
  endpoints: number,
  deliveries: number,
  fields: object = {},
): Promise<LeasedDelivery[]> {
  for (let i = 0; i < endpoints; i++) {
    await backend.register(tenantId, {
      url: receiver.url,
      events: ['*'],
      alertEmail: 'owner@example.com',
      ...fields,
    } as never);
  }
  const lanes = await backend.rows<{ id: string }>('select id from webhook_lanes where tenant_id = $1', [
    tenantId,
  ]);
  const targets = await backend.targets.readByLanes(lanes.map(({ id }) => id));
  const rows = await backend.rows<{ id: string; sequence: string; lane_id: string }>(
    `with published as (
       insert into webhook_events (id, tenant_id, type, occurred_at, created_at, data)
       select gen_random_uuid(), $1, 'message.delivered', 0, 0,
              json_build_object('message', json_build_object('direction', 'out', 'from', '+1800555' || (1000 + n % 7)))::text
         from generate_series(1, $3::int) n
       returning sequence
     )
     insert into webhook_deliveries (event_sequence, lane_id, lease_id, created_at, state, wire_type, body)
     select sequence, ($2::bigint[])[1 + sequence % $4], $5, 0, 'sending', 'message.delivered', '{}' from published
     returning id, event_sequence as sequence, lane_id`,
    [tenantId, lanes.map(({ id }) => id), deliveries, endpoints, LEASE],
  );
  return rows.map((row) => leased(row, targets.get(row.lane_id)!));
}

function leased(row: { id: string; sequence: string }, target: Destination): LeasedDelivery {
  return {
    id: row.id,
    leaseId: LEASE,
    destination: target,
    callbackUrl: null,
    wireType: 'message.delivered',
    body: '{}',
    eventUuid: '00000000-0000-7000-8000-000000000000',
    sequence: row.sequence,
    eventType: 'message.delivered',
    subject: null,
    test: false,
    attempts: 0,
    attemptsBefore: 0,
    claims: 1,
    attemptAt: null,
    traceparent: null,
    publishedAt: null,
    isCounted: false,
    isExclusive: false,
  };
}

function outcome(delivery: LeasedDelivery, state: Outcome['state']): Outcome {
  const failure = state !== 'delivered';
  return {
    delivery,
    state,
    reason: null,
    delayMs: state === 'pending' ? 30 * DAY : 0,
    attempt: {
      number: 1,
      responseHeaders: null,
      startedAt: performance.now(),
      durationMs: 1,
      status: failure ? 503 : 200,
      error: failure ? 'http' : null,
      response: '',
    },
    failure,
    pauseLaneMs: 0,
    releasesLane: false,
    disable: null,
  };
}

/** Records outcomes with their alerts, as a worker does. */
async function record(outcomes: readonly Outcome[]): Promise<RecordedOutcomes> {
  const alerts = await failureAlertsOf(backend.store, outcomes);
  return backend.store.recordOutcomes(outcomes, alerts, []);
}

/** Two workers record the outcomes at the same time, batch by batch. */
async function recordByTwo(outcomes: readonly Outcome[], size = 250): Promise<void> {
  const batches = Array.from({ length: Math.ceil(outcomes.length / size) }, (_, i) =>
    outcomes.slice(i * size, (i + 1) * size),
  );
  const worker = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const { ids } = await record(batch);
      expect(ids.size).toBe(batch.length);
    }
  };
  await Promise.all([worker(), worker()]);
}

/** Resolves when a statement has been waiting for a lock for more than `ms`. */
async function heldUp(ms: number): Promise<void> {
  for (let waiting = 0; waiting === 0;) {
    const rows = await backend.rows(
      `select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and clock_timestamp() - query_start > $1 * interval '1 ms'`,
      [ms],
    );
    waiting = rows.length;
  }
}

it('An outage of 10,000 failed deliveries, recorded by two workers, causes only three mails', async () => {
  const deliveries = await inFlight(1, 10_001, { sendAlertEmail: true });
  await recordByTwo(deliveries.slice(1).map((delivery) => outcome(delivery, 'pending')));
  await backend.pass(0);
  await recordByTwo([outcome(deliveries[0]!, 'delivered')]);
  await backend.pass(0);
  expect(backend.heard.map(({ kind }) => kind).toSorted()).toEqual([
    'delivery.failed',
    'endpoint.failing',
    'endpoint.recovered',
  ]);
  expect(mail.mails).toHaveLength(3);
  await backend.pass(9 * HOUR);
  expect(mail.mails).toHaveLength(3);
});

it('10,000 deliveries that are given up cause two mails: an alert about the failing endpoint, and a digest', async () => {
  const deliveries = await inFlight(1, 10_000, { profile: 'httpsms', events: ['message.phone.delivered'] });
  // Without phone numbers in the events, a digest covers an endpoint instead of a phone number.
  await backend.rows(`update webhook_events set data = '{}' where tenant_id = $1`, [tenantId]);
  await recordByTwo(deliveries.map((delivery) => outcome(delivery, 'exhausted')));
  await backend.pass(0);
  await backend.pass(3 * HOUR);
  expect(mail.mails).toHaveLength(2);
  const digest = backend.heard.find(({ kind }) => kind === 'delivery.exhausted')!;
  expect(digest.data).toMatchObject({ count: 10_000 });
  expect(digest.text).toContain('10000 or more deliveries failed permanently');
});

it('A digest counts the deliveries that two workers give up, even if the worker that began first commits last', async () => {
  const deliveries = await inFlight(1, 20, { profile: 'httpsms', events: ['message.phone.delivered'] });
  // Without phone numbers in the events, a digest covers an endpoint instead of a phone number.
  await backend.rows(`update webhook_events set data = '{}' where tenant_id = $1`, [tenantId]);
  const given = deliveries.map((delivery) => outcome(delivery, 'exhausted'));
  let slow!: Promise<unknown>;
  await backend.dataSource.transaction(async (tx) => {
    await tx.query('select 1 from webhook_deliveries where id = $1 for update', [deliveries[0]!.id]);
    slow = record(given.slice(0, 10));
    await heldUp(2);
    await record(given.slice(10));
  });
  await slow;
  await backend.pass(3 * HOUR);
  const digests = backend.heard.filter(({ kind }) => kind === 'delivery.exhausted');
  expect(digests).toMatchObject([{ data: { count: 20 } }]);
});

it('Two workers write one alert for each phone number whose deliveries fail at many endpoints, and do not deadlock', async () => {
  const deliveries = await inFlight(10, 2_000, { profile: 'httpsms', events: ['message.phone.delivered'] });
  await recordByTwo(
    deliveries.map((delivery) => outcome(delivery, 'exhausted')),
    50,
  );
  await backend.pass(0);
  expect(backend.heard.filter(({ kind }) => kind === 'delivery.exhausted')).toHaveLength(7);
  expect(backend.heard.filter(({ kind }) => kind === 'endpoint.failing')).toHaveLength(10);
});

it('A batch of successes is recorded with one statement and writes no alert', async () => {
  const deliveries = await inFlight(3, 300, { sendAlertEmail: true });
  const statements = jest.spyOn(backend.database, 'query');
  await record(deliveries.map((delivery) => outcome(delivery, 'delivered')));
  expect(statements).toHaveBeenCalledTimes(1);
  statements.mockRestore();
  expect(await backend.rows('select 1 from webhook_alerts where tenant_id = $1', [tenantId])).toEqual([]);
});
