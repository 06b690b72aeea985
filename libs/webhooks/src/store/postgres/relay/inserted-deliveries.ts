import type { Tables } from '../../schema/tables.js';

/**
 * SQL for the values of the columns `state` to `failed_at` of a new delivery. Reads `reason` and `handed` from a
 * row of the CTE `input`.
 *
 * @param lease SQL for the lease of deliveries that are handed over
 * @param instant SQL for the time (epoch ms)
 */
export const stateColumns = (lease: string, instant: string): string => `
              case when reason is not null then 'discarded' when handed then 'sending' else 'pending' end,
              reason,
              case when reason is null and not handed then ${instant} end,
              case when handed then ${lease} end,
              case when handed then 1 else 0 end,
              ${instant},
              case when reason is not null then ${instant} end,
              case when reason is not null then ${instant} end`;

/**
 * SQL for two CTEs. `waiting` locks the lanes of the pending deliveries that the CTE `inserted` returns. `woken` makes these lanes
 * due, except the paused ones.
 */
export const wakeLanes = ({ lanes }: Tables, instant: string): string => `
     waiting as materialized (
       -- The lanes are locked before their state is read: an endpoint resumed meanwhile must not miss its deliveries.
       select l.id, l.state
         from ${lanes} l
        where l.id in (select lane_id from inserted where state = 'pending')
        order by l.id -- statements that wait for lanes lock them in this order, so none deadlocks
          for no key update
     ), woken as (
       update ${lanes} l
          set next_due_at = greatest(least(l.next_due_at, ${instant}), l.hold_until, l.claimed_until)
         from waiting w
        where l.id = w.id and w.state <> 'paused'
     )`;
