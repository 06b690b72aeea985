import { requireTenant } from '../../../core/tenant.js';
import type { EventPlace } from '../../jobs/event-log-store.js';
import type { ReplayRange, ScannedEvent } from '../../jobs/job-store.js';
import type { ClaimedEvent } from '../../outbox-store.js';
import type { Session } from '../connection/session.js';
import { EVENT_COLUMNS, type EventRow, toClaimedEvent } from '../relay/event-row.js';
import { eventPlaceSql, eventRangeSql, isBeyondSql, Parameters } from './event-source.js';

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
  const isAfter = after ? `and ${isBeyondSql(range, '>', after, parameters)}` : '';
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
  const rows = await session.query<EventRow & { data: string }>(
    `select ${EVENT_COLUMNS}, e.data
       from unnest($1::bigint[]) with ordinality as s(sequence, place)
       join ${session.tables.events} e on e.sequence = s.sequence
      where e.erased_at is null
      order by s.place
      ${lock ? 'for share of e' : ''}`,
    [sequences],
  );
  // A replay does not use `followsEarlier` and `isLarge`: only the relay does.
  return rows.map((row) => toClaimedEvent(row, row.data, { followsEarlier: true, isLarge: false }));
}
