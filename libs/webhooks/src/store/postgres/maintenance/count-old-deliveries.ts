import type { OldDeliveries } from '../../jobs/erasure-store.js';
import type { Session } from '../connection/session.js';
import { idAboveCreatedBefore } from '../deliveries/created-before.js';
import { nowMs } from '../fragments/expressions.js';

/** Does not read the rows that are certainly too young. */
export async function countOldDeliveries(
  session: Session,
  { keepMs, after, limit, withBody }: OldDeliveries,
): Promise<number> {
  const { deliveries } = session.tables;
  const now = await session.queryUnlogged<{ now: string }>(`select ${nowMs(1)} as now`, [
    session.clockOffset,
  ]);
  const before = Number(now[0]!.now) - keepMs;
  const above = await idAboveCreatedBefore(session, before);
  const [row] = await session.queryUnlogged<{ old: number }>(
    `select count(*)::int as old
       from (select 1 from ${deliveries}
              where id > $1::bigint and ($2::bigint is null or id < $2::bigint)
                and finished_at < $3::bigint ${withBody ? 'and erased_at is null' : ''}
              limit $4) old`,
    [after, above, before, limit],
  );
  return row!.old;
}
