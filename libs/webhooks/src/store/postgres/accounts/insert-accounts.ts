import type { NewAccount } from '../../account-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

export async function insertAccounts(session: Session, accounts: readonly NewAccount[]): Promise<void> {
  if (accounts.length === 0) return;
  await session.query(
    `insert into ${session.tables.accounts} (tenant_id, secrets, created_at, updated_at)
     select i.tenant_id,
            json_build_array(json_build_object('sealed', i.sealed, 'createdAt', ${nowMs(1)}, 'expiresAt', null))::text,
            ${nowMs(1)}, ${nowMs(1)}
       from unnest($2::text[], $3::text[]) as i(tenant_id, sealed)
      -- If two processes create the same accounts, the second waits for the first. With different orders, they could
      -- deadlock.
      order by i.tenant_id
     on conflict (tenant_id) do nothing`,
    [session.clockOffset, accounts.map(({ tenantId }) => tenantId), accounts.map(({ sealed }) => sealed)],
  );
}
