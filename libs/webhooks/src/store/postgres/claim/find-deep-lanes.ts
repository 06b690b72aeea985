import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/**
 * One statement for all lanes. For each lane, it reads at most `depth` + 1 index entries of first attempts, and at most
 * as many index entries of retries.
 */
export async function findDeepLanes(
  session: Session,
  laneIds: readonly string[],
  depth: number,
): Promise<string[]> {
  const rows = await session.query<{ id: string }>(
    `select l.id
       from unnest($2::bigint[]) as l(id)
      where ${isDeep(session, false)} or ${isDeep(session, true)}`,
    [session.clockOffset, laneIds, depth],
  );
  return rows.map(({ id }) => id);
}

function isDeep(session: Session, retry: boolean): string {
  return `exists (select 1 from ${session.tables.deliveries} d
                   where d.lane_id = l.id and d.retry = ${retry} and d.next_at <= ${nowMs(1)}
                  offset $3)`;
}
