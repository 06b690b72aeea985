import { MAX_ID_SKEW_MS } from '../../searches/delivery-search.js';
import type { Session } from '../connection/session.js';

/** The search ends when its bounds are at most this many ids apart: a page of deliveries reads more rows anyway. */
const MAX_IDS_BETWEEN = 256;

/**
 * Returns an id slightly above the ids of all deliveries that were created before `until` (epoch ms), or `null` if every
 * delivery has a smaller id. Deliveries have no index by time, so this is a binary search: it halves the range of ids
 * about twenty times, and reads one row each time.
 */
export async function idAboveCreatedBefore(session: Session, until: number): Promise<string | null> {
  const { deliveries } = session.tables;
  const [row] = await session.query<{ high: string }>(
    `with recursive bounds as (
       select min(id) as low, max(id) + 1 as high, max(id) + 1 as top from ${deliveries}
        union all
       select case when r.created_at < $1::bigint then r.id + 1 else b.low end,
              case when r.created_at < $1::bigint then b.high else b.middle end,
              b.top
         from (select *, low + (high - low) / 2 as middle from bounds where high - low > ${MAX_IDS_BETWEEN}) b
         left join lateral (
              select id, created_at from ${deliveries} where id >= b.middle and id < b.high order by id limit 1) r on true
     )
     select min(high) as high from bounds having min(high) < min(top)`,
    [until + MAX_ID_SKEW_MS],
  );
  return row?.high ?? null;
}
