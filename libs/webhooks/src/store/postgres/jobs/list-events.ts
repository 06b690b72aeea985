import { requireTenant } from '../../../core/tenant.js';
import type { EventPlace, EventRecord, EventSearch } from '../../jobs/event-log-store.js';
import type { Session } from '../connection/session.js';
import { eventPlaceSql, eventRangeSql, isBeyondSql, Parameters } from './event-source.js';

/** PostgreSQL's `bigint` arrives as text. */
interface EventRow {
  sequence: string;
  id: string;
  type: string;
  subject: string | null;
  source: string | null;
  callback_url: string | null;
  test: boolean;
  occurred_at: string;
  created_at: string;
  is_relayed: boolean;
  erased_at: string | null;
}

const columns = ({ tables }: Session): string => `
  e.sequence, e.id, e.type, e.subject, e.source, e.callback_url, e.test, e.occurred_at, e.created_at, e.erased_at,
  not exists (select 1 from ${tables.unrelayed} u where u.sequence = e.sequence) as is_relayed`;

export async function listTenantEvents(
  session: Session,
  tenantId: string,
  search: EventSearch,
): Promise<{ events: EventRecord[]; next: EventPlace | null }> {
  const { limit, before, scan, types } = search;
  const parameters = new Parameters();
  const range = eventRangeSql(requireTenant(tenantId), search, parameters);
  const place = eventPlaceSql(search);
  const isBefore = before ? `and ${isBeyondSql(search, '<', before, parameters)}` : '';
  const isOfType = types ? `where e.type = any(${parameters.add(types, 'text[]')})` : '';
  const newestFirst = place.map((column) => `${column} desc`).join(', ');
  const rows = await session.query<EventRow & { floor_at: string; floor: string; scanned: string }>(
    `with scanned as materialized (
       select e.sequence, e.created_at, e.type
         from ${session.tables.events} e
        where ${range} ${isBefore}
        order by ${newestFirst}
        limit ${parameters.add(scan, 'int')}
     ), found as materialized (
       select * from scanned e ${isOfType} order by ${newestFirst} limit ${parameters.add(limit + 1, 'int')}
     ), floor as (
       select e.created_at as floor_at, e.sequence as floor, (select count(*) from scanned) as scanned
         from scanned e order by ${place.join(', ')} limit 1
     )
     select floor.*, e.* from floor
       left join (select ${columns(session)} from found f join ${session.tables.events} e on e.sequence = f.sequence) e on true
      order by ${newestFirst}`,
    parameters.values,
  );
  const found = rows.filter((row) => row.id !== null).map(toEventRecord);
  const events = found.slice(0, limit);
  if (found.length > limit) return { events, next: events.at(-1)! };
  const [row] = rows;
  const isCut = row !== undefined && Number(row.scanned) === scan;
  return { events, next: isCut ? { createdAt: Number(row.floor_at), sequence: row.floor } : null };
}

export async function findEvent(
  session: Session,
  tenantId: string,
  uuid: string,
): Promise<(EventRecord & { data: string }) | null> {
  const [row] = await session.query<EventRow & { data: string }>(
    `select ${columns(session)}, e.data from ${session.tables.events} e where e.id = $1 and e.tenant_id = $2`,
    [uuid, requireTenant(tenantId)],
  );
  return row ? { ...toEventRecord(row), data: row.data } : null;
}

function toEventRecord(row: EventRow): EventRecord {
  return {
    sequence: row.sequence,
    id: row.id,
    type: row.type,
    subject: row.subject,
    source: row.source,
    callbackUrl: row.callback_url,
    test: row.test,
    occurredAt: Number(row.occurred_at),
    createdAt: Number(row.created_at),
    isRelayed: row.is_relayed,
    erasedAt: row.erased_at === null ? null : Number(row.erased_at),
  };
}
