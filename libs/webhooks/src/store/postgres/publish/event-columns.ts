import type { NewEvent } from '../../outbox-store.js';

/** The columns of the events table that a published event fills. `created_at` comes from the database's clock. */
export const EVENT_COLUMNS =
  'id, tenant_id, type, subject, occurred_at, source, data, callback_url, idempotency_key, test, endpoint_id, created_at, traceparent';

/**
 * SQL for rows `i` with their `place`. Its parameters are those that {@link toColumns} returns; `$2` is the first of
 * these parameters. The data is one JSON text, because `pg` escapes the elements of arrays piece by piece: that takes
 * memory of 15 times their size.
 */
export const EVENT_INPUT = `rows from (
      unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::boolean[],
             $11::uuid[]),
      json_array_elements_text($12::json)) with ordinality
    as i(id, tenant_id, type, subject, occurred_at, source, callback_url, idempotency_key, test, endpoint_id, data, place)`;

/** The parameters of {@link EVENT_INPUT}, in its order: an array for each column, and the data of all events as one JSON text. */
export function toColumns(events: readonly NewEvent[]): unknown[] {
  const column = <Key extends keyof NewEvent>(key: Key) => events.map((event) => event[key]);
  return [
    column('uuid'),
    column('tenantId'),
    column('type'),
    column('subject'),
    column('occurredAt'),
    column('source'),
    column('callbackUrl'),
    column('idempotencyKey'),
    column('test'),
    column('endpointId'),
    JSON.stringify(column('data')),
  ];
}
