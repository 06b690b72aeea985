import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const MAX_LEASES_RESCUED = 20;

export async function rescueExpiredLeases(session: Session): Promise<number> {
  const { deliveries, lanes, leases } = session.tables;
  return session.transaction(async (tx) => {
    const expired = await tx.query<{ id: string; first_delivery_id: string }>(
      `select id, first_delivery_id from ${leases} where expires_at <= ${nowMs(1)} order by id limit ${MAX_LEASES_RESCUED} for update skip locked`,
      [tx.clockOffset],
    );
    if (expired.length === 0) return 0;
    const ids = expired.map((lease) => lease.id);
    // `first` is a bound value, so the planner can estimate how many deliveries have an id of at least `first`. For a
    // subquery, the planner would assume a fixed share of all deliveries.
    const first = expired.map((lease) => BigInt(lease.first_delivery_id)).reduce((a, b) => (a < b ? a : b));
    const [row] = await tx.query<{ rescued: number }>(
      `with returned as (
         update ${deliveries} d
            set state = 'pending', next_at = ${nowMs(1)}, lease_id = null
          where d.id >= $3::bigint and d.lease_id = any($2::bigint[])
            -- A claimed delivery's next_at is the end of its lease, so the delivery becomes due by itself. A delivery that
            -- the relay handed over has no next_at.
            and d.state = 'sending' and d.next_at is null
         returning d.lane_id
       ), waiting as materialized (
         select l.id from ${lanes} l
          where l.id in (select lane_id from returned) or l.in_flight > 0
          order by l.id for no key update
       ), woken as (
         update ${lanes} l
            set next_due_at = case when l.state = 'paused' then null else greatest(least(l.next_due_at, ${nowMs(1)}), l.hold_until, l.claimed_until) end,
                in_flight = (select count(*)::int from ${deliveries} d
                              where l.in_flight > 0 and d.lane_id = l.id and d.next_at > ${nowMs(1)} and d.state = 'sending')
           from waiting w
          where l.id = w.id
       ), gone as (
         delete from ${leases} where id = any($2::bigint[])
       )
       select count(*)::int as rescued from returned`,
      [tx.clockOffset, ids, String(first)],
    );
    return row!.rescued;
  });
}
