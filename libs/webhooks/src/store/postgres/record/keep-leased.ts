import type { RecordableOutcome } from '../../outcome-store.js';
import type { Session } from '../connection/session.js';
import { nowMs, opaque } from '../fragments/expressions.js';
import { identityColumns } from './outcome-parameters.js';

/**
 * Locks leases, deliveries and lanes in the same order as the rescue, so that this function cannot deadlock with the
 * rescue.
 */
export async function keepLeased(
  session: Session,
  outcomes: readonly RecordableOutcome[],
  ms: number,
): Promise<void> {
  const { deliveries, lanes, leases } = session.tables;
  const leaseIds = [...new Set(outcomes.map(({ delivery }) => delivery.leaseId))];
  const counted = outcomes.filter(({ delivery }) => delivery.isCounted);
  const laneIds = [...new Set(counted.map(({ delivery }) => delivery.destination.laneId))];
  await session.transaction(async (tx) => {
    await tx.query(
      `update ${leases} set expires_at = ${nowMs(1)} + $2::bigint where id = any($3::bigint[])`,
      [tx.clockOffset, ms, leaseIds],
    );
    await tx.query(
      `update ${deliveries} d
          set state = 'sending', lease_id = i.lease_id, next_at = ${nowMs(1)} + $2::bigint
         from unnest($3::bigint[], $4::bigint[], $5::int[]) as i(id, lease_id, number)
        where d.id = any($3::bigint[])
          and d.id = i.id
          -- A delivery that the relay handed over has no next_at. Only its lease protects it.
          and ${opaque(`d.attempts = i.number - 1
                        and (d.state = 'sending' and d.lease_id = i.lease_id and d.next_at is not null
                             or d.state = 'pending' and d.lease_id is null)`)}`,
      [tx.clockOffset, ms, ...identityColumns(outcomes)],
    );
    if (laneIds.length === 0) return;
    await tx.query(`select from ${lanes} where id = any($1::bigint[]) order by id for no key update`, [
      laneIds,
    ]);
    // Counts the deliveries in flight again, because a rescue may have counted while these deliveries were not leased.
    await tx.query(
      `update ${lanes} l
          set in_flight = (select count(*)::int from ${deliveries} d
                            where d.lane_id = l.id and d.next_at > ${nowMs(1)} and d.state = 'sending')
        where id = any($2::bigint[])`,
      [tx.clockOffset, laneIds],
    );
  });
}
