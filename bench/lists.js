// How long do the lists of the log take for a tenant with 1.7 million deliveries, and the report of a subject?
const { latencies } = require('./measure/figures.js');
const { report, target } = require('./script/report.js');
const { script } = require('./script/script.js');
const { createHost } = require('./testbed/host.js');
const { insertEndpoints } = require('./testbed/tables.js');
const { createTestbed } = require('./testbed/testbed.js');

const TENANT = 'tenant';
const ENDPOINTS = 50;
const ROWS_PER_INSERT = 100_000;

/** Filters by name. No delivery is `pending`, and none had a 4xx: such a search finds nothing. */
const FILTERS = {
  'no filter': {},
  'state=exhausted': { states: ['exhausted'] },
  'state=discarded': { states: ['discarded'] },
  'state=exhausted,discarded': { states: ['exhausted', 'discarded'] },
  'state=exhausted, 4xx': { states: ['exhausted'], statusClass: '4xx' },
  'state=delivered': { states: ['delivered'] },
  'state=pending': { states: ['pending'] },
  '4xx': { statusClass: '4xx' },
};

script(
  { minutes: 60, options: { rows: 1_700_000, deleted: 1_200, calls: 200 } },
  async ({ rows, deleted, calls }, defer) => {
    const { receiver, postgres, createDatabase } = await createTestbed(defer);
    const { url, client } = await createDatabase('lists');
    await insertEndpoints(client, { count: ENDPOINTS, url: () => receiver.origin, tenant: () => TENANT });
    for (let left = rows; left > 0; left -= ROWS_PER_INSERT)
      await insertLog(client, Math.min(left, ROWS_PER_INSERT));
    await insertDeletedEndpoints(client, deleted);
    await client.query('vacuum analyze');
    const { app, webhooks } = await createHost({ databaseUrl: url, role: 'api' });
    defer(() => app.close());
    await app.init();

    const measured = [];
    const measure = async (list, call) => {
      const times = [];
      for (let i = 0; i < calls; i++) {
        const began = performance.now();
        await call();
        times.push(performance.now() - began);
      }
      measured.push({ list, ...latencies(times) });
    };
    for (const [name, filter] of Object.entries(FILTERS))
      await measure(name, () => webhooks.deliveries.list(TENANT, filter));
    await measure('subject', () => webhooks.subjects.list(TENANT, 'subject'));
    report({
      name: 'lists',
      options: { rows, deleted, calls },
      table: measured.map(({ list, p50, p95, max }) => ({
        list,
        'p50 ms': p50,
        'p95 ms': p95,
        'most ms': max,
      })),
      targets: measured.map(({ list, p95 }) => target(`p95 of ${list}`, p95, { atMost: 50, unit: 'ms' })),
      stores: { postgres: await postgres.describe() },
      notes: [
        `One tenant with ${ENDPOINTS} endpoints, and ${deleted} that it has deleted within the hour. 70 % of its deliveries were delivered, 20 % exhausted, 10 % discarded.`,
      ],
    });
  },
);

/** Finished deliveries in random lanes of live endpoints, one in a thousand of them about one subject. */
function insertLog(client, count) {
  return client.query(
    `with lanes as (
       select array_agg(id) as ids from webhook_lanes where state = 'open'
     ), numbered as materialized (
       select nextval('webhook_events_sequence_seq') as sequence, n, random() as dice,
              ids[1 + floor(random() * array_length(ids, 1))::int] as lane_id
         from generate_series(1, $1::int) n, lanes
     ), events as (
       insert into webhook_events (sequence, id, tenant_id, type, subject, occurred_at, created_at, data)
       select sequence, gen_random_uuid(), $2, 'message.delivered', case when n % 1000 = 0 then 'subject' else 'msg_' || sequence end,
              1000000 + sequence, 1000000 + sequence, '{"message":{"id":"msg","direction":"out","from":"A","to":"+15550100"}}'
         from numbered
     )
     insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, created_at, finished_at, failed_at,
                                     attempt_at, attempts, duration_ms, status, response)
     select sequence, lane_id, 'message.delivered', repeat('x', 300),
            case when dice < 0.7 then 'delivered' when dice < 0.9 then 'exhausted' else 'discarded' end,
            sequence, sequence, case when dice < 0.7 then null else sequence end,
            sequence, 1, 12, case when dice < 0.7 then 200 else 500 end, 'ok'
       from numbered order by numbered.sequence`,
    [count, TENANT],
  );
}

/** Endpoints that were there before all events and are deleted after them. */
function insertDeletedEndpoints(client, count) {
  return client.query(
    `with endpoints as (
       insert into webhook_endpoints (id, tenant_id, url, events, profile, secrets, skip_error_codes, state_at, created_at, updated_at, deleted_at)
       select gen_random_uuid(), $2, 'https://example.com/', '["*"]', 'standard', '[]', '[]', n, n, n, 4000000000000
         from generate_series(1, $1::int) n
       returning id, tenant_id
     )
     insert into webhook_lanes (tenant_id, endpoint_id, state) select tenant_id, id, 'closed' from endpoints`,
    [count, TENANT],
  );
}
