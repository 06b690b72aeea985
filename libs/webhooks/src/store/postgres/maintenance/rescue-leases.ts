import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/**
 * Takes back what leases that ran out still hold: deliveries that were handed over directly become due again, limits are
 * counted anew. (Claimed ones became due by themselves: their due time is the end of their lease.)
 * Answers how many deliveries came back.
 */
export async function rescueExpiredLeases(database: Session): Promise<number> {
  const { deliveries, lanes, leases } = database.tables;
  return database.transaction(async (tx) => {
    const expired = await database.query<{ id: string; first_delivery_id: string }>(
      `select id, first_delivery_id from ${leases} where expires_at <= ${nowMs(1)} order by id limit 20 for update skip locked`,
      [database.clockOffset],
      tx,
    );
    if (expired.length === 0) return 0;
    const ids = expired.map((lease) => lease.id);
    // A value, not a subquery: of one that it knows the planner sees that few deliveries are younger, however many there are.
    const first = expired.map((lease) => BigInt(lease.first_delivery_id)).reduce((a, b) => (a < b ? a : b));
    const [row] = await database.query<{ recovered: number }>(
      `with back as (
         update ${deliveries} d
            set state = 'pending', next_at = ${nowMs(1)}, lease_id = null
          where d.id >= $3::bigint and d.lease_id = any($2::bigint[])
            and d.state = 'sending' and d.next_at is null
         returning d.lane_id
       ), waiting as materialized (
         select l.id from ${lanes} l
          where l.id in (select lane_id from back) or l.in_flight > 0
          order by l.id for no key update
       ), woken as (
         update ${lanes} l
            set next_due_at = case when l.state = 'paused' then null else greatest(least(l.next_due_at, ${nowMs(1)}), l.hold_until) end,
                in_flight = (select count(*)::int from ${deliveries} d
                              where l.in_flight > 0 and d.lane_id = l.id and d.next_at > ${nowMs(1)} and d.state = 'sending')
           from waiting w
          where l.id = w.id
       ), gone as (
         delete from ${leases} where id = any($2::bigint[])
       )
       select count(*)::int as recovered from back`,
      [database.clockOffset, ids, String(first)],
      tx,
    );
    return row!.recovered;
  });
}
