import { tryParseJson } from '../../../core/parse-json.js';
import { requireTenant } from '../../../core/tenant.js';
import type { EventPlace } from '../../jobs/event-log-store.js';
import type { ReplayRange, ScannedEvent } from '../../jobs/job-store.js';
import type { ClaimedEvent } from '../../outbox-store.js';
import type { Session } from '../connection/session.js';
import { eventPlaceSql, eventRangeSql, Parameters } from './event-source.js';

/** SQL for the events of the range in the order in which a replay goes through them. */
function scanSql(
  session: Session,
  tenantId: string,
  laneId: string,
  range: ReplayRange,
  after: EventPlace | null,
  limit: number,
): { sql: string; parameters: Parameters } {
  const { deliveries, events, unrelayed } = session.tables;
  const parameters = new Parameters();
  const conditions = eventRangeSql(requireTenant(tenantId), range, parameters);
  const place = eventPlaceSql(range);
  const from = after && (range.subject === undefined ? [after.createdAt, after.sequence] : [after.sequence]);
  const isAfter = from
    ? `and (${place.join(', ')}) > (${from.map((value) => parameters.add(value, 'bigint')).join(', ')})`
    : '';
  const isOfType = range.types ? `and e.type = any(${parameters.add(range.types, 'text[]')})` : '';
  const sql = `
     select e.sequence, e.created_at, octet_length(e.data) as bytes,
            not exists (select 1 from ${unrelayed} u where u.sequence = e.sequence) as is_relayed,
            not e.test and e.erased_at is null ${isOfType}
              and not exists (select 1 from ${deliveries} d
                               where d.event_sequence = e.sequence and d.lane_id = ${parameters.add(laneId, 'bigint')}) as is_candidate
       from ${events} e
      where ${conditions} ${isAfter}
      order by ${place.join(', ')}
      limit ${parameters.add(limit, 'int')}`;
  return { sql, parameters };
}

export async function scanEvents(
  session: Session,
  tenantId: string,
  laneId: string,
  range: ReplayRange,
  after: EventPlace | null,
  limit: number,
): Promise<ScannedEvent[]> {
  const { sql, parameters } = scanSql(session, tenantId, laneId, range, after, limit);
  const rows = await session.query<{
    sequence: string;
    created_at: string;
    bytes: number;
    is_relayed: boolean;
    is_candidate: boolean;
  }>(sql, parameters.values);
  return rows.map((row) => ({
    sequence: row.sequence,
    createdAt: Number(row.created_at),
    bytes: row.bytes,
    isRelayed: row.is_relayed,
    isCandidate: row.is_candidate,
  }));
}

export async function countReplayable(
  session: Session,
  tenantId: string,
  laneId: string,
  range: ReplayRange,
  limit: number,
): Promise<number> {
  const { sql, parameters } = scanSql(session, tenantId, laneId, range, null, limit);
  const [row] = await session.query<{ count: number }>(
    `select count(*) filter (where is_candidate)::int as count from (${sql}) scanned`,
    parameters.values,
  );
  return row!.count;
}

export async function readEvents(
  session: Session,
  sequences: readonly string[],
  { lock }: { lock: boolean },
): Promise<ClaimedEvent[]> {
  const rows = await session.query<EventRow>(
    `select e.sequence, e.id, e.type, e.tenant_id, e.occurred_at, e.created_at, e.subject, e.source, e.callback_url, e.test,
            e.endpoint_id, e.data
       from unnest($1::bigint[]) with ordinality as s(sequence, place)
       join ${session.tables.events} e on e.sequence = s.sequence
      where e.erased_at is null
      order by s.place
      ${lock ? 'for share of e' : ''}`,
    [sequences],
  );
  return rows.map(toEvent);
}

interface EventRow {
  sequence: string;
  id: string;
  type: string;
  tenant_id: string;
  occurred_at: string;
  created_at: string;
  subject: string | null;
  source: string | null;
  callback_url: string | null;
  test: boolean;
  endpoint_id: string | null;
  data: string;
}

function toEvent(row: EventRow): ClaimedEvent {
  const data = tryParseJson(row.data);
  return {
    sequence: row.sequence,
    uuid: row.id,
    type: row.type,
    tenantId: row.tenant_id,
    occurredAt: Number(row.occurred_at),
    createdAt: Number(row.created_at),
    subject: row.subject,
    source: row.source,
    callbackUrl: row.callback_url,
    test: row.test,
    endpointId: row.endpoint_id,
    // It matters only to deliveries that skip their lane.
    followsEarlier: true,
    isLarge: false,
    data,
    isDamaged: data === undefined,
  };
}
