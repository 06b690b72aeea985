import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const BATCH = 500;

/**
 * Discards a batch of what waits in a lane that is closed, each delivery with the reason of its endpoint. Answers how many.
 * What is in flight comes back by its outcome; the lane wakes when its lease runs out, for its worker may be dead.
 */
export async function discardBacklog(database: Session): Promise<number> {
  const { deliveries, endpoints, lanes } = database.tables;
  return database.transaction(async (tx) => {
    // First the lock, then a look of its own: an outcome that was recorded between would be missed, and wait for ever.
    const [lane] = await database.query<{ id: string; reason: string }>(
      `select l.id, case when e.deleted_at is not null then 'endpoint-deleted' else coalesce(e.state_reason, 'endpoint-disabled') end as reason
         from ${lanes} l
         left join ${endpoints} e on e.id = l.endpoint_id
        where l.state = 'closed' and l.next_due_at <= ${nowMs(1)}
        order by l.next_due_at, l.id
        limit 1
          for no key update of l skip locked`,
      [database.clockOffset],
      tx,
    );
    if (!lane) return 0;
    const [row] = await database.query<{ discarded: number }>(
      `with picked as materialized (
         select d.id
           from ${deliveries} d
          where d.lane_id = $2 and d.next_at is not null and (d.state = 'pending' or d.next_at <= ${nowMs(1)})
          limit ${BATCH}
            for no key update of d skip locked
       ), discarded as (
         update ${deliveries} d
            set state = 'discarded', reason = $3, next_at = null, finished_at = ${nowMs(1)}, failed_at = ${nowMs(1)}, lease_id = null
           from picked p
          where d.id = p.id
         returning d.id
       ), drained as (
         update ${lanes} l
            set next_due_at = (select min(d.next_at) from ${deliveries} d
                                where d.lane_id = $2 and d.next_at is not null and d.id not in (select id from picked))
          where l.id = $2 and (select count(*) from picked) < ${BATCH}
       )
       select count(*)::int as discarded from discarded`,
      [database.clockOffset, lane.id, lane.reason],
      tx,
    );
    return row!.discarded;
  });
}
