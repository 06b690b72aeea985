import type { CallbackOrigin, DestinationRecord } from '../../outbox-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/** The columns of a destination, from a lane `l`, its endpoint `e` and its tenant's account `a`. */
export const DESTINATION_COLUMNS = `l.id as "laneId", l.tenant_id as "tenantId", l.state as "laneState", l.ordering,
            l.max_in_flight is not null or l.max_throughput_per_minute is not null as "hasLimits",
            l.failing_since is null and (l.hold_until is null or l.hold_until <= ${nowMs(1)}) as "isHealthy",
            coalesce(l.next_due_at <= ${nowMs(1)}, false) as "hasBacklog",
            l.endpoint_id as "endpointId", l.origin, e.url, e.profile, e.events, e.headers, e.secrets,
            e.phone_numbers as "phoneNumbers", e.timeout_ms as "timeoutMs", e.skip_errors as "skipErrors",
            e.skip_error_codes as "skipErrorCodes", e.retry_on_error as "retryOnError",
            e.send_alert_email as "sendAlertEmail", e.created_at as "createdAt",
            a.secrets as "accountSecrets", a.default_profile as "accountProfile", ${nowMs(1)} as now`;

/** A row: the record with bigints as text, and the database's time. */
type Row = Omit<DestinationRecord, 'createdAt'> & { createdAt: string | number | null; now: string };

/** For the relay. The statement is prepared, because its plan is the same for every batch. */
export async function readDestinationsOfTenants(
  session: Session,
  tenantIds: readonly string[],
): Promise<DestinationRecord[]> {
  const { accounts, endpoints, lanes } = session.tables;
  const rows = await session.prepared<Row>(
    `select ${DESTINATION_COLUMNS}
       from ${endpoints} e
       join ${lanes} l on l.endpoint_id = e.id
       left join ${accounts} a on a.tenant_id = e.tenant_id
      where e.tenant_id = any($2::text[])
        and e.deleted_at is null -- uses the index of live endpoints: there may be many deleted ones
        and e.state <> 'disabled'`,
    [session.clockOffset, tenantIds],
  );
  return toRecords(session, rows);
}

/** For claims. */
export async function readDestinationsOfLanes(
  session: Session,
  laneIds: readonly string[],
): Promise<DestinationRecord[]> {
  const { accounts, endpoints, lanes } = session.tables;
  const rows = await session.query<Row>(
    `select ${DESTINATION_COLUMNS}
       from ${lanes} l
       left join ${endpoints} e on e.id = l.endpoint_id
       left join ${accounts} a on a.tenant_id = l.tenant_id
      where l.id = any($2::bigint[])`,
    [session.clockOffset, laneIds],
  );
  return toRecords(session, rows);
}

/** For callbacks: the lanes that exist, locked against deletion until the transaction ends. */
export async function readCallbackDestinations(
  session: Session,
  callbacks: readonly CallbackOrigin[],
): Promise<DestinationRecord[]> {
  const { accounts, endpoints, lanes } = session.tables;
  const rows = await session.prepared<Row>(
    `select ${DESTINATION_COLUMNS}
       from ${lanes} l
       left join ${endpoints} e on false -- callbacks have no endpoint, so these columns are null
       left join ${accounts} a on a.tenant_id = l.tenant_id
      where exists (select 1 from unnest($2::text[], $3::text[]) as c(tenant_id, origin)
                     where c.tenant_id = l.tenant_id and c.origin = l.origin)
      order by l.id -- statements that wait for lanes lock them in this order, so none deadlocks
        for key share of l`,
    [session.clockOffset, callbacks.map((each) => each.tenantId), callbacks.map((each) => each.origin)],
  );
  return toRecords(session, rows);
}

function toRecords(session: Session, rows: Row[]): DestinationRecord[] {
  if (rows.length > 0) session.clock.observe(rows[0]!.now);
  for (const row of rows) if (row.createdAt !== null) row.createdAt = Number(row.createdAt);
  return rows as DestinationRecord[];
}
