import { requireTenant } from '../../../core/tenant.js';
import { type EndpointHour, type EndpointHours, FIGURES } from '../../figures/figure-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

const MAX_ROWS_DELETED = 1000;
const COLUMNS = FIGURES.join(', ');
/** SQL for the number of attempts: each attempt is counted under one class of status, or under `status_none`. */
const ATTEMPTS = FIGURES.filter((figure) => figure.startsWith('status_')).join(' + ');

/** Writes the figures in the order of their keys, so that two workers cannot deadlock. */
export async function addEndpointHours(session: Session, hours: readonly EndpointHour[]): Promise<void> {
  const { endpointHours, endpoints } = session.tables;
  const arrays = FIGURES.map((_, index) => `$${index + 3}::int[]`);
  await session.query(
    `insert into ${endpointHours} as h (endpoint_id, hour, ${COLUMNS})
     select i.*
       from unnest($1::uuid[], $2::bigint[], ${arrays.join(', ')}) as i(endpoint_id, hour, ${COLUMNS})
      where exists (select 1 from ${endpoints} e where e.id = i.endpoint_id)
      order by i.endpoint_id, i.hour
         on conflict (endpoint_id, hour) do update
            set ${FIGURES.map((figure) => `${figure} = h.${figure} + excluded.${figure}`).join(', ')}`,
    [
      hours.map(({ endpointId }) => endpointId),
      hours.map(({ hour }) => hour),
      ...FIGURES.map((_, index) => hours.map(({ counts }) => counts[index]!)),
    ],
  );
}

export async function readEndpointHours(
  session: Session,
  endpointId: string,
  rangeMs: number,
): Promise<{ now: number; hours: EndpointHour[] }> {
  const [row] = await session.query<{ now: string; hours: string }>(
    `select ${nowMs(1)} as now,
            (select coalesce(json_agg(json_build_object('hour', hour, 'counts', array[${COLUMNS}]) order by hour), '[]')::text
               from ${session.tables.endpointHours}
              where endpoint_id = $2
                and hour > ${nowMs(1)} - $3::bigint) as hours`,
    [session.clockOffset, endpointId, rangeMs],
  );
  const hours = JSON.parse(row!.hours) as Omit<EndpointHour, 'endpointId'>[];
  return { now: Number(row!.now), hours: hours.map((each) => ({ endpointId, ...each })) };
}

/** One look-up in the primary key per endpoint. The tenant's deliveries are not read. */
export async function readTenantHours(
  session: Session,
  tenantId: string,
  rangeMs: number,
): Promise<{ now: number; endpoints: EndpointHours[] }> {
  const { endpointHours, endpoints } = session.tables;
  const [row] = await session.query<{ now: string; endpoints: string }>(
    `select ${nowMs(1)} as now,
            (select coalesce(json_agg(json_build_object('endpointId', e.id, 'hours', coalesce(h.hours, '[]'))
                             order by e.created_at desc, e.id desc), '[]')::text
               from ${endpoints} e
               left join lateral (
                 select json_agg(json_build_object('hour', hour, 'delivered', delivered, 'failed', ${ATTEMPTS} - delivered)
                                 order by hour) as hours
                   from ${endpointHours}
                  where endpoint_id = e.id
                    and hour > ${nowMs(1)} - $3::bigint
               ) h on true
              where e.tenant_id = $2
                and e.deleted_at is null) as endpoints`,
    [session.clockOffset, requireTenant(tenantId), rangeMs],
  );
  return { now: Number(row!.now), endpoints: JSON.parse(row!.endpoints) as EndpointHours[] };
}

export async function deleteOldEndpointHours(session: Session, ageMs: number): Promise<number> {
  const { endpointHours } = session.tables;
  const gone = await session.queryUnlogged(
    `with old as materialized (
       select endpoint_id, hour
         from ${endpointHours}
        where hour < ${nowMs(1)} - $2::bigint
        order by hour
        limit ${MAX_ROWS_DELETED}
          for update skip locked
     )
     delete from ${endpointHours} h
      using old
      where h.endpoint_id = old.endpoint_id
        and h.hour = old.hour
     returning h.hour`,
    [session.clockOffset, ageMs],
  );
  return gone.length;
}

export async function deleteTenantHours(session: Session, tenantId: string): Promise<number> {
  const { endpointHours, endpoints } = session.tables;
  const gone = await session.query(
    `with picked as materialized (
       select h.endpoint_id, h.hour
         from ${endpoints} e
         join ${endpointHours} h on h.endpoint_id = e.id
        where e.tenant_id = $1
        limit ${MAX_ROWS_DELETED}
     )
     delete from ${endpointHours} h
      using picked
      where h.endpoint_id = picked.endpoint_id
        and h.hour = picked.hour
     returning h.hour`,
    [requireTenant(tenantId)],
  );
  return gone.length;
}
