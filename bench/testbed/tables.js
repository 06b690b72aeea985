// Writes rows of the module's tables with SQL: thousands of endpoints and millions of deliveries at once.
const { secretOf, TENANTS, tenantOf } = require('../workload/workload.js');

const ENDPOINTS_PER_INSERT = 1_000;
/** Earlier than every event, because an endpoint gets only events that are published after its registration. */
const REGISTERED_AT_MS = 1;

/**
 * Registers the endpoints `first`, `first + 1`, … each with its lane. Secrets are stored as plain text.
 *
 * @param {{ query(sql: string, parameters?: unknown[]): Promise<unknown> }} client
 * @param {object} of
 * @param {number} [of.count] default 100
 * @param {number} [of.first] number of the first endpoint. Default 0
 * @param {(endpoint: number) => string} of.url
 * @param {(endpoint: number) => string} [of.tenant] default: a tenant for each endpoint
 * @param {number | null} [of.perMinute] `maxThroughputPerMinute`
 */
async function insertEndpoints(
  client,
  { count = TENANTS, first = 0, url, tenant = tenantOf, perMinute = null },
) {
  for (let from = first; from < first + count; from += ENDPOINTS_PER_INSERT) {
    const numbers = Array.from(
      { length: Math.min(ENDPOINTS_PER_INSERT, first + count - from) },
      (_, i) => from + i,
    );
    await client.query(
      `with input as (
         select * from unnest($1::text[], $2::text[], $3::text[]) with ordinality as i(tenant_id, url, secrets, place)
       ), endpoints as (
         insert into webhook_endpoints (id, tenant_id, url, events, profile, secrets, skip_error_codes, state_at, created_at, updated_at)
         select gen_random_uuid(), tenant_id, url, '["*"]', 'standard', secrets, '[]', $4, $4, $4 from input order by place
         returning id, tenant_id
       )
       insert into webhook_lanes (tenant_id, endpoint_id, max_throughput_per_minute)
       select tenant_id, id, $5::int from endpoints`,
      [numbers.map(tenant), numbers.map(url), numbers.map(storedSecret), REGISTERED_AT_MS, perMinute],
    );
  }
}

function storedSecret(endpoint) {
  return JSON.stringify([
    { sealed: `plain.${secretOf(endpoint)}`, createdAt: REGISTERED_AT_MS, expiresAt: null },
  ]);
}

/**
 * Inserts pending or delivered deliveries with their relayed events: `perLane` deliveries for each lane that `lanes` selects.
 * Neighbouring rows belong to different lanes. Lanes of pending deliveries become due.
 *
 * @param {{ query(sql: string, parameters?: unknown[]): Promise<unknown> }} client
 * @param {object} of
 * @param {string} of.lanes SQL condition on `webhook_lanes l` and `webhook_endpoints e`
 * @param {number} of.perLane
 * @param {'pending' | 'delivered'} of.state
 */
async function insertDeliveries(client, { lanes, perLane, state }) {
  const now = '(extract(epoch from now()) * 1000)::bigint';
  const delivered = state === 'delivered';
  // Delivered deliveries spread over the last 25 days; few of them share a millisecond, as in production. The backlog of each
  // lane begins an hour ago, with a delivery every 100 ms.
  const at = delivered
    ? `${now} - 60000 - ((random() * 25 * 86400000)::bigint)`
    : `${now} - 3600000 + n * 100`;
  await client.query('create sequence if not exists bench_numbers');
  await client.query(
    `with chosen as (
       select l.id as lane_id, l.tenant_id
         from webhook_lanes l join webhook_endpoints e on e.id = l.endpoint_id
        where ${lanes}
     ), numbered as materialized (
       select nextval('webhook_events_sequence_seq') as sequence, nextval('bench_numbers') as number, c.lane_id, c.tenant_id, ${at} as at
         from generate_series(1, $1) as n cross join chosen c
     ), rendered as materialized (
       select *, '{"message":{"id":"msg_' || number || '","direction":"out","from":"MyApp","to":"+256701521269","status":"delivered",'
                 || '"providerId":"SM1234567890abcdef","body":"Your parcel is at the counter, the code is 4711. Open until eight."}}' as data
         from numbered
     ), events as (
       insert into webhook_events (sequence, id, tenant_id, type, subject, occurred_at, created_at, data)
       select sequence, gen_random_uuid(), tenant_id, 'message.delivered', 'msg_' || number, at, at, data
         from rendered order by sequence
     )
     insert into webhook_deliveries (event_sequence, lane_id, wire_type, body, state, next_at, created_at, finished_at, attempt_at,
                                     attempts, duration_ms, status, response)
     select sequence, lane_id, 'message.delivered',
            '{"type":"message.delivered","timestamp":"2026-01-01T00:00:00.000Z","data":' || data || '}',
            ${delivered ? `'delivered', null, at, at + 20, at, 1, 12, 200, 'ok'` : `'pending', at, at, null, null, 0, null, null, null`}
       from rendered order by sequence`,
    [perLane],
  );
  if (!delivered) {
    await client.query(
      `update webhook_lanes l set next_due_at = ${now} - (random() * 60000)::bigint from webhook_endpoints e where e.id = l.endpoint_id and ${lanes}`,
    );
  }
}

/** Deletes events, deliveries and what belongs to them, and resets the lanes. Endpoints stay. */
async function emptyTables(client) {
  await client.query(
    'truncate webhook_events, webhook_unrelayed, webhook_deliveries, webhook_attempts, webhook_leases, webhook_alerts',
  );
  await client.query(
    `update webhook_lanes set next_due_at = null, hold_until = null, in_flight = 0, rate_clock = null, failures = 0,
                              failing_since = null, probes = 0`,
  );
  // Older builds do not have this column.
  await client.query(
    `do $$ begin update webhook_lanes set claimed_until = null; exception when undefined_column then null; end $$`,
  );
  await client.query('vacuum analyze webhook_lanes');
}

module.exports = { emptyTables, insertDeliveries, insertEndpoints };
