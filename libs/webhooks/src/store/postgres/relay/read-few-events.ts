import { LARGE_BODY_BYTES, SMALL_BATCH } from '../../lane-rules.js';
import type { ClaimedEvent, DestinationRecord, FewEvents } from '../../outbox-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { versionOfTenant } from './destination-version.js';
import { EVENT_COLUMNS, type EventRow, toClaimedEvent } from './event-row.js';
import { DESTINATION_COLUMNS } from './read-destinations.js';

interface Row extends EventRow {
  /** `null`: the data is too large to be relayed this way. */
  data: string | null;
  version: string;
  /** Only in the first row. */
  destinations: (Omit<DestinationRecord, 'laneId'> & { laneId: number })[] | null;
  now: string;
}

/**
 * The oldest unrelayed events with the endpoints of their tenants: everything that a small batch needs, in one statement.
 * Locks nothing: `relayFewEvents` checks that what was read is still true.
 */
export async function readFewEvents(session: Session): Promise<FewEvents | null> {
  if (session.setsIsolation) return null;
  const { accounts, endpoints, events, lanes, unrelayed } = session.tables;
  const rows = await session.frequent<Row>(
    `with oldest as materialized (
       select sequence from ${unrelayed} order by sequence limit ${SMALL_BATCH}
     ), event as materialized (
       select e.*, row_number() over (order by e.sequence) as place
         from oldest o
        cross join lateral (select * from ${events} e where e.sequence = o.sequence limit 1) e
     )
     select ${EVENT_COLUMNS}, case when octet_length(e.data) <= ${LARGE_BODY_BYTES} then e.data end as data, ${nowMs(1)} as now,
            ${versionOfTenant(session.tables, 'e.tenant_id')} as version,
            case when e.place = 1 then (
              select json_agg(d) from (
                select ${DESTINATION_COLUMNS}
                  from (select distinct tenant_id from event) t
                  join ${endpoints} e on e.tenant_id = t.tenant_id and e.deleted_at is null and e.state <> 'disabled'
                  join ${lanes} l on l.endpoint_id = e.id
                  left join ${accounts} a on a.tenant_id = e.tenant_id) d) end as destinations
       from event e
      order by e.sequence`,
    [session.clockOffset],
  );
  if (rows.length === 0) return { events: [], destinations: [], isWhole: true };
  session.clock.observe(rows[0]!.now);
  const isWhole =
    rows.length < SMALL_BATCH &&
    rows.every(({ data, callback_url }) => data !== null && callback_url === null);
  if (!isWhole) return { events: [], destinations: [], isWhole };
  const destinations = (rows[0]!.destinations ?? []).map((each) => ({
    ...each,
    laneId: String(each.laneId),
  }));
  return { events: rows.map(toEvent), destinations, isWhole };
}

function toEvent(row: Row): ClaimedEvent & { version: string } {
  // Whether the subject has earlier events is not known yet: `relayFewEvents` looks for them.
  const facts = { followsEarlier: row.subject !== null, isLarge: false };
  return { ...toClaimedEvent(row, row.data!, facts), version: row.version };
}
