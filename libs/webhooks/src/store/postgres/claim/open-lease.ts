import type { OpenedLease } from '../../lane-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

export async function openLease(session: Session, owner: string, leaseMs: number): Promise<OpenedLease> {
  const { deliveries, leases } = session.tables;
  const [row] = await session.query<{ id: string; now: string; workers: number }>(
    `insert into ${leases} (owner, expires_at, first_delivery_id)
     select $2, ${nowMs(1)} + $3::bigint, coalesce(max(id), 0) + 1 from ${deliveries}
     returning id, ${nowMs(1)} as now,
               (select count(distinct owner)::int + 1 from ${leases}
                 where expires_at > ${nowMs(1)} and owner <> $2) as workers`,
    [session.clockOffset, owner, leaseMs],
  );
  const { id, now, workers } = row!;
  session.clock.observe(now);
  return { id, workers };
}
