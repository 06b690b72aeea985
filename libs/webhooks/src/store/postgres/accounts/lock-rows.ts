import { requireTenant } from '../../../core/tenant.js';
import type { EndpointScope } from '../../endpoint-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

export async function lockAccount(session: Session, tenantId: string): Promise<number> {
  const [row] = await session.query<{ now: string }>(
    `select ${nowMs(1)} as now
       from ${session.tables.accounts}
      where tenant_id = $2
        for no key update`,
    [session.clockOffset, requireTenant(tenantId)],
  );
  return Number(row!.now);
}

export async function lockEndpoint(
  session: Session,
  scope: EndpointScope,
  id: string,
): Promise<number | null> {
  const tenantId = scope === 'operator' ? null : requireTenant(scope.tenantId);
  const [row] = await session.query<{ now: string }>(
    `select ${nowMs(1)} as now
       from ${session.tables.endpoints}
      where id = $2
        and ($3::text is null or tenant_id = $3)
        and deleted_at is null
        for no key update`,
    [session.clockOffset, id, tenantId],
  );
  return row ? Number(row.now) : null;
}
