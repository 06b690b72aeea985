import type { DeliveryToInsert } from '../../outbox-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/**
 * Marks the deliveries as retries. So a claim prefers the first attempts of live events, and keeps only a few places
 * for replayed deliveries.
 */
export async function insertReplayed(
  session: Session,
  laneId: string,
  deliveries: readonly DeliveryToInsert[],
): Promise<number> {
  if (deliveries.length === 0) return 0;
  const { tables, clockOffset } = session;
  const column = <T>(pick: (delivery: DeliveryToInsert) => T): T[] => deliveries.map(pick);
  const [row] = await session.query<{ inserted: number }>(
    `with input as materialized (
       select * from unnest($3::bigint[], $4::text[], $5::text[], $6::text[]) with ordinality
         as i(event_sequence, wire_type, reason, body, place)
     ), inserted as (
       insert into ${tables.deliveries} (event_sequence, lane_id, wire_type, body, state, reason, next_at, retry, created_at, finished_at, failed_at)
       select event_sequence, $2::bigint, wire_type, body,
              case when reason is null then 'pending' else 'discarded' end,
              reason,
              case when reason is null then ${nowMs(1)} end,
              true,
              ${nowMs(1)},
              case when reason is not null then ${nowMs(1)} end,
              case when reason is not null then ${nowMs(1)} end
         from (select * from input order by place) i
       on conflict (event_sequence, lane_id, wire_type) do nothing
       returning state
     ), waiting as materialized (
       -- Locks the lane to read its current state: if the endpoint has just been resumed, the lane must be woken.
       select l.id, l.state
         from ${tables.lanes} l
        where l.id = $2 and exists (select 1 from inserted where state = 'pending')
          for no key update
     ), woken as (
       update ${tables.lanes} l
          set next_due_at = greatest(least(l.next_due_at, ${nowMs(1)}), l.hold_until, l.claimed_until)
         from waiting w
        where l.id = w.id and w.state <> 'paused'
     )
     select count(*)::int as inserted from inserted`,
    [
      clockOffset,
      laneId,
      column(({ event }) => event.sequence),
      column(({ wireType }) => wireType),
      column(({ reason }) => reason),
      column(({ body }) => body),
    ],
  );
  return row!.inserted;
}

export async function countWaiting(session: Session, laneId: string, limit: number): Promise<number> {
  const [row] = await session.query<{ waiting: number }>(
    `select count(*)::int as waiting
       from (select 1 from ${session.tables.deliveries} where lane_id = $1 and retry and next_at is not null limit $2) d`,
    [laneId, limit],
  );
  return row!.waiting;
}
