import { encodeId } from '../../../core/ids.js';
import type { PublishedEvent } from '../../../events/event.js';
import type { NewEvent } from '../../outbox-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { EVENT_COLUMNS, EVENT_INPUT, toColumns } from './event-columns.js';

interface KeyedRow {
  inserted: boolean;
  /** UUID of the event that already had the key when this statement began. Null if there was none. */
  first: string | null;
}

/** Writes events, some or all of which have an idempotency key. */
export async function insertKeyedEvents(
  session: Session,
  events: readonly NewEvent[],
  traceparent: string | null,
): Promise<PublishedEvent[]> {
  const { tables } = session;
  const rows = await session.query<KeyedRow>(
    `with input as materialized (
       -- Sequence numbers are drawn in the order of this list.
       select nextval((select pg_get_serial_sequence($13, 'sequence'))::regclass) as sequence, i.*
         from (select * from ${EVENT_INPUT} order by i.place) i
     ), inserted as (
       insert into ${tables.events} (sequence, ${EVENT_COLUMNS})
       select i.sequence, i.id, i.tenant_id, i.type, i.subject, coalesce(i.occurred_at, ${nowMs(1)}), i.source, i.data,
              i.callback_url, i.idempotency_key, i.test, i.endpoint_id, ${nowMs(1)}, $14
         from input i
        -- Rows are written in the order of their keys. If two transactions have the same keys, the second waits for the
        -- first, and they do not deadlock.
        order by i.tenant_id, i.idempotency_key, i.place
       on conflict (tenant_id, idempotency_key) where idempotency_key is not null do nothing
       returning id, sequence
     ), unrelayed as (
       insert into ${tables.unrelayed} (sequence) select sequence from inserted
     )
     select n.id is not null as inserted, e.id as first
       from input i
       left join inserted n on n.id = i.id
       left join ${tables.events} e
         on n.id is null and e.tenant_id = i.tenant_id and e.idempotency_key = i.idempotency_key
      order by i.place`,
    [session.clockOffset, ...toColumns(events), tables.events, traceparent],
  );
  const firsts = await findFirsts(session, events, rows);
  return events.map((event, i) => {
    const { inserted } = rows[i]!;
    const uuid = inserted ? event.uuid : (firsts.get(keyOf(event)) ?? event.uuid);
    return { id: encodeId('evt', uuid), duplicate: !inserted };
  });
}

/**
 * The first event of each key: inserted by this call, seen by its statement, or committed by others while the statement ran.
 */
async function findFirsts(
  session: Session,
  events: readonly NewEvent[],
  rows: readonly KeyedRow[],
): Promise<Map<string, string>> {
  const firsts = new Map<string, string>();
  rows.forEach((row, i) => {
    const uuid = row.inserted ? events[i]!.uuid : row.first;
    if (uuid !== null) firsts.set(keyOf(events[i]!), uuid);
  });
  const unseen = events.filter((event) => event.idempotencyKey !== null && !firsts.has(keyOf(event)));
  if (unseen.length === 0) return firsts;
  const found = await session.query<{ id: string; tenantId: string; idempotencyKey: string }>(
    `select e.id, e.tenant_id as "tenantId", e.idempotency_key as "idempotencyKey"
       from ${session.tables.events} e
       join unnest($1::text[], $2::text[]) as k(tenant_id, idempotency_key)
         on e.tenant_id = k.tenant_id and e.idempotency_key = k.idempotency_key`,
    [unseen.map((event) => event.tenantId), unseen.map((event) => event.idempotencyKey)],
  );
  for (const row of found) firsts.set(keyOf(row), row.id);
  return firsts;
}

function keyOf({ tenantId, idempotencyKey }: Pick<NewEvent, 'tenantId' | 'idempotencyKey'>): string {
  return JSON.stringify([tenantId, idempotencyKey]);
}
