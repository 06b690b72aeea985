import { requireTenant } from '../../../core/tenant.js';
import type { KeyClaim, KeyedCall } from '../../idempotency/idempotency-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const MAX_ROWS_DELETED = 500;
/** If the key is deleted between the insert and the select of `claimKey`, the insert is tried again. */
const MAX_TRIES = 3;

interface Row {
  fingerprint: string;
  answer: string | null;
}

export async function claimKey(
  session: Session,
  call: KeyedCall,
  lockMs: number,
  lifeMs: number,
): Promise<KeyClaim> {
  const { idempotencyKeys } = session.tables;
  const { fingerprint } = call;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const [claimed] = await session.query<{ token: string }>(
      `insert into ${idempotencyKeys} as k (tenant_id, route, key, fingerprint, created_at, locked_until)
       values ($2, $3, $4, $5, ${nowMs(1)}, ${nowMs(1)} + $6::bigint)
           on conflict (tenant_id, route, key) do update
              set fingerprint = excluded.fingerprint,
                  created_at = excluded.created_at,
                  locked_until = excluded.locked_until,
                  answer = null
            where k.created_at <= ${nowMs(1)} - $7::bigint
               or (k.answer is null and k.locked_until <= ${nowMs(1)} and k.fingerprint = excluded.fingerprint)
       returning locked_until::text as token`,
      [session.clockOffset, ...keyOf(call), fingerprint, lockMs, lifeMs],
    );
    if (claimed) return { state: 'claimed', token: claimed.token };
    const [row] = await session.query<Row>(
      `select fingerprint, answer from ${idempotencyKeys} where tenant_id = $1 and route = $2 and key = $3`,
      keyOf(call),
    );
    if (!row) continue;
    if (row.fingerprint !== fingerprint) return { state: 'other' };
    return row.answer === null ? { state: 'running' } : { state: 'answered', answer: row.answer };
  }
  return { state: 'running' };
}

export async function answerKey(
  session: Session,
  call: KeyedCall,
  token: string,
  answer: string,
): Promise<void> {
  await session.query(
    `update ${session.tables.idempotencyKeys}
        set answer = $5,
            locked_until = null
      where tenant_id = $1 and route = $2 and key = $3 and locked_until = $4::bigint`,
    [...keyOf(call), token, answer],
  );
}

export async function releaseKey(session: Session, call: KeyedCall, token: string): Promise<void> {
  await session.query(
    `delete from ${session.tables.idempotencyKeys}
      where tenant_id = $1 and route = $2 and key = $3 and locked_until = $4::bigint`,
    [...keyOf(call), token],
  );
}

export async function deleteOldKeys(session: Session, lifeMs: number): Promise<number> {
  const { idempotencyKeys } = session.tables;
  const gone = await session.queryUnlogged(
    `with old as materialized (
       select tenant_id, route, key
         from ${idempotencyKeys}
        where created_at <= ${nowMs(1)} - $2::bigint
        order by created_at
        limit ${MAX_ROWS_DELETED}
          for update skip locked
     )
     delete from ${idempotencyKeys} k
      using old
      where k.tenant_id = old.tenant_id
        and k.route = old.route
        and k.key = old.key
     returning k.key`,
    [session.clockOffset, lifeMs],
  );
  return gone.length;
}

const keyOf = ({ tenantId, route, key }: KeyedCall): string[] => [requireTenant(tenantId), route, key];
