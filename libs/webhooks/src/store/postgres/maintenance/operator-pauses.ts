import type { PauseScope } from '../../../core/states.js';
import type { PauseRecord } from '../../jobs/operator-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const MAX_LANES_CHANGED = 1_000;

export async function insertPause(
  session: Session,
  { scope, value, reason }: Omit<PauseRecord, 'createdAt'>,
): Promise<void> {
  await session.query(
    `insert into ${session.tables.pauses} as p (scope, value, reason, created_at) values ($2, $3, $4, ${nowMs(1)})
     on conflict (scope, value) do update set reason = excluded.reason, ended_at = null`,
    [session.clockOffset, scope, value, reason],
  );
}

export async function endPause(
  session: Session,
  { scope, value }: Pick<PauseRecord, 'scope' | 'value'>,
): Promise<boolean> {
  const rows = await session.query<{ scope: PauseScope }>(
    `update ${session.tables.pauses} set ended_at = ${nowMs(1)}
      where scope = $2 and value = $3 and ended_at is null returning scope`,
    [session.clockOffset, scope, value],
  );
  return rows.length > 0;
}

export async function listPauses(session: Session): Promise<PauseRecord[]> {
  const rows = await session.query<Omit<PauseRecord, 'createdAt'> & { created_at: string }>(
    `select scope, value, reason, created_at from ${session.tables.pauses}
      where ended_at is null order by created_at, scope, value`,
  );
  return rows.map(({ created_at, ...pause }) => ({ ...pause, createdAt: Number(created_at) }));
}

/** Lanes are locked in the order of their ids, as everywhere. */
export async function applyPauses(session: Session): Promise<number> {
  const { endpoints, lanes, pauses } = session.tables;
  // SQL for the origin of a URL, as `URL.origin` returns it.
  const origin = `regexp_replace(regexp_replace(lower(e.url), '^(https?://)([^/?#]*@)?([^/?#]*).*$', '\\1\\3'),
                    '^(https://.*):443$|^(http://.*):80$', '\\1\\2')`;
  const isCovered = `exists (select 1 from ${pauses} p where p.ended_at is null and
       case p.scope when 'all' then true
                    when 'tenant' then p.value = l.tenant_id
                    when 'endpoint' then p.value = l.endpoint_id::text
                    else p.value = coalesce(l.origin, ${origin}) end)`;
  const [row] = await session.queryUnlogged<{ changed: number }>(
    `with covered as materialized (
       select l.id from ${lanes} l left join ${endpoints} e on e.id = l.endpoint_id
        where l.operator_paused_at is null and l.state <> 'closed' and ${isCovered}
        order by l.id limit ${MAX_LANES_CHANGED}
          for no key update of l
     ), paused as (
       update ${lanes} l set operator_paused_at = ${nowMs(1)}, state = 'paused', next_due_at = null
         from covered c where l.id = c.id
       returning l.id
     ), free as materialized (
       select l.id,
              case when l.state = 'closed' then 'closed' when l.endpoint_id is null then 'open'
                   when e.id is null or e.deleted_at is not null or e.state = 'disabled' then 'closed'
                   when e.state = 'paused' then 'paused' else 'open' end as state
         from ${lanes} l left join ${endpoints} e on e.id = l.endpoint_id
        where l.operator_paused_at is not null and not ${isCovered}
        order by l.id limit ${MAX_LANES_CHANGED}
          for no key update of l
     ), released as (
       update ${lanes} l
          set operator_paused_at = null, state = f.state, next_due_at = case when f.state <> 'paused' then ${nowMs(1)} end
         from free f where l.id = f.id
       returning l.id
     ), gone as (
       delete from ${pauses} where ended_at is not null and not exists (select 1 from free)
     )
     select (select count(*)::int from paused) + (select count(*)::int from released) as changed`,
    [session.clockOffset],
  );
  return row!.changed;
}
