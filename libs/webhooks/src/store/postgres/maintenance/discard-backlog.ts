import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const MAX_ROWS_DISCARDED = 500;

export async function discardBacklog(session: Session): Promise<number> {
  const { deliveries, endpoints, lanes } = session.tables;
  return session.transaction(async (tx) => {
    // The lock is a separate statement, so that the next statement sees every outcome that was recorded before the lock.
    // A single statement might miss such an outcome, and the retry of that delivery would wait for ever.
    const [lane] = await tx.query<{ id: string; reason: string }>(
      `select l.id, case when e.deleted_at is not null then 'endpoint-deleted' else coalesce(e.state_reason, 'endpoint-disabled') end as reason
         from ${lanes} l
         left join ${endpoints} e on e.id = l.endpoint_id
        where l.state = 'closed' and l.next_due_at <= ${nowMs(1)}
        order by l.next_due_at, l.id
        limit 1
          for no key update of l skip locked`,
      [tx.clockOffset],
    );
    if (!lane) return 0;
    // Deliveries in flight are picked only after their lease has expired: until then, their worker may record an outcome.
    // The lane is due again when the first of these leases expires.
    const [row] = await tx.query<{ discarded: number }>(
      `with picked as materialized (
         select d.id
           from ${deliveries} d
          where d.lane_id = $2 and d.next_at is not null and (d.state = 'pending' or d.next_at <= ${nowMs(1)})
          limit ${MAX_ROWS_DISCARDED}
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
          where l.id = $2 and (select count(*) from picked) < ${MAX_ROWS_DISCARDED}
       )
       select count(*)::int as discarded from discarded`,
      [tx.clockOffset, lane.id, lane.reason],
    );
    return row!.discarded;
  });
}
