// Fills the tables with rows like those of several weeks of traffic, in the order of time, with one large tenant among others.
const { insertEndpoints } = require('./tables.js');

const TENANT = 'tenant';
/** Subject of every thousandth delivery of the tenant. */
const SUBJECT = 'subject';
const ENDPOINTS = 50;
/** Number of endpoints of other tenants that get deliveries. */
const BUSY_OTHERS = 2_000;
const DAYS = 25;
const ROWS_PER_INSERT = 500_000;

/**
 * @param {{ query(sql: string, parameters?: unknown[]): Promise<{ rows: any[] }> }} client
 * @param {object} of
 * @param {number} of.rows deliveries of the tenant
 * @param {number} of.total deliveries of all tenants
 * @param {number} of.endpoints of all tenants
 * @param {number} of.deleted number of the tenant's deleted endpoints, which retention has not removed yet
 * @param {string} of.origin of the receiver
 */
async function fillLog(client, { rows, total, endpoints, deleted, origin }) {
  const began = performance.now();
  const say = (what) => console.log(`${what} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
  await insertEndpoints(client, { count: ENDPOINTS, url: () => origin, tenant: () => TENANT });
  const others = Math.max(0, endpoints - ENDPOINTS);
  // The other tenants have two endpoints each.
  const tenant = (number) => `tenant-${Math.floor(number / 2)}`;
  await insertEndpoints(client, { count: others, first: ENDPOINTS, url: () => origin, tenant });
  await client.query(
    `update webhook_endpoints e set created_at = l.id, uid = 'uid-' || l.id from webhook_lanes l where l.endpoint_id = e.id`,
  );
  await insertDeletedEndpoints(client, deleted);
  await insertJobs(client);
  // Every hundredth endpoint fails.
  await client.query(`update webhook_lanes set failures = 9, failing_since = 1 where id % 100 = 0`);
  // Dropping the indexes before the inserts and building them afterwards takes a tenth of the time.
  const { rows: indexes } = await client.query(
    `select indexname as name, indexdef as definition from pg_indexes
      where tablename in ('webhook_events', 'webhook_deliveries') and indexname not like '%pkey'`,
  );
  for (const { name } of indexes) await client.query(`drop index "${name}"`);
  await client.query(`set synchronous_commit = off`);
  for (let from = 0; from < total; from += ROWS_PER_INSERT) {
    const to = Math.min(from + ROWS_PER_INSERT, total);
    await insertLog(client, { from, to, total, every: Math.max(1, Math.round(total / rows)) });
    say(`${to} deliveries`);
  }
  await client.query(`set maintenance_work_mem = '512MB'`);
  for (const { name, definition } of indexes) {
    await client.query(definition);
    say(`index ${name}`);
  }
  await client.query(`set synchronous_commit = on`);
  await client.query('vacuum analyze');
  say('vacuumed');
}

/**
 * Inserts deliveries number `from` to number `to - 1`, of `total` deliveries, into random lanes. A delivery is the tenant's if
 * its number is a multiple of `every`. 70 % are delivered, 20 % exhausted, 10 % discarded, and one in a thousand waits for a
 * retry. No delivery has a 4xx status, and no delivery is a test.
 */
function insertLog(client, { from, to, total, every }) {
  return client.query(
    `with lanes as materialized (
       select array_agg(l.id) filter (where l.tenant_id = $5) as mine,
              (array_agg(l.id order by l.id) filter (where l.tenant_id <> $5))[1:${BUSY_OTHERS}] as others
         from webhook_lanes l where l.state = 'open'
     ), drawn as materialized (
       select nextval('webhook_events_sequence_seq') as sequence, n, random() as dice, n % $4 = 0 as is_mine, random() as place,
              ((extract(epoch from now()) - ${DAYS * 86_400} + n::float8 / $3 * ${DAYS * 86_400}) * 1000)::bigint as at
         from generate_series($1::int, $2::int - 1) n
     ), numbered as materialized (
       select d.*,
              case when is_mine then mine[1 + floor(place * array_length(mine, 1))::int]
                   else others[1 + floor(place * array_length(others, 1))::int] end as lane_id,
              case when dice < 0.7 then 'delivered' when dice < 0.9 then 'exhausted' when dice < 0.999 then 'discarded' else 'pending' end as state
         from drawn d, lanes
     ), events as (
       insert into webhook_events (sequence, id, tenant_id, type, subject, occurred_at, created_at, data)
       select sequence, gen_random_uuid(), l.tenant_id, case when n % 7 = 0 then 'message.failed' else 'message.delivered' end,
              case when is_mine and n / $4 % 1000 = 0 then '${SUBJECT}' else 'msg_' || sequence end, at, at,
              '{"message":{"id":"msg_' || sequence || '","direction":"out","from":"MyApp","to":"+256701521269","status":"delivered"}}'
         from numbered join webhook_lanes l on l.id = lane_id order by sequence
     )
     insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, created_at, finished_at, failed_at, next_at, retry,
                                     attempt_at, attempts, duration_ms, status, error, response)
     select sequence, lane_id, case when n % 7 = 0 then 'message.failed' else 'message.delivered' end, repeat('x', 250), state, at,
            case when state <> 'pending' then at end,
            case when state in ('exhausted', 'discarded') then at end,
            case when state = 'pending' then 4000000000000 end,
            state = 'pending', at, 1, 12,
            case when dice < 0.7 then 200 when dice < 0.9 then 500 when dice < 0.95 then 503 end,
            case when dice >= 0.95 then 'timeout' end, 'ok'
       from numbered order by sequence`,
    [from, to, total, every, TENANT],
  );
}

/** Inserts endpoints that were registered before all events and deleted after them. */
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

/** Inserts 1,000 finished replays. */
function insertJobs(client) {
  return client.query(
    `insert into webhook_jobs (id, tenant_id, kind, state, endpoint_id, parameters, created_at, updated_at, finished_at)
     select gen_random_uuid(), $1::text, 'replay', 'done', (select min(id::text)::uuid from webhook_endpoints where tenant_id = $1::text),
            '{"since":1,"until":2}', n, n, n
       from generate_series(1, 1000) n`,
    [TENANT],
  );
}

module.exports = { DAYS, fillLog, SUBJECT, TENANT };
