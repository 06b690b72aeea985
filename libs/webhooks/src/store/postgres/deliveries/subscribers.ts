import { tryParseJson } from '../../../core/parse-json.js';
import type { EndpointState } from '../../../core/states.js';
import { requireTenant } from '../../../core/tenant.js';
import type { SubscriberRecord, Subscribers } from '../../delivery-store.js';
import type { Session } from '../connection/session.js';

/** Maximum numbers of live and of deleted endpoints to read. By default, a tenant has at most 50 live endpoints. */
const MAX_LIVE = 100;
const MAX_DELETED = 50;
/**
 * Maximum number of deleted endpoints to examine. Endpoints that were deleted before `from` are examined too, and a tenant
 * may have any number of these endpoints.
 */
const MAX_DELETED_SCANNED = 500;

interface SubscriberRow {
  id: string;
  url: string;
  description: string | null;
  profile: string;
  events: string;
  phone_numbers: string | null;
  state: EndpointState;
  state_reason: string | null;
  created_at: string;
  deleted_at: string | null;
  scanned: string;
}

const COLUMNS = 'id, url, description, profile, state, state_reason, created_at, deleted_at';

export async function listSubscribers(
  session: Session,
  tenantId: string,
  { from, to }: { from: number; to: number },
): Promise<Subscribers> {
  const { endpoints } = session.tables;
  const rows = await session.query<SubscriberRow | { id: null; scanned: string }>(
    `with live as materialized (
       select ${COLUMNS}, events, phone_numbers
         from ${endpoints}
        where tenant_id = $1 and deleted_at is null
        order by created_at desc, id desc
        limit ${MAX_LIVE + 1}
     ), deleted as materialized (
       select ${COLUMNS}
         from ${endpoints}
        where tenant_id = $1 and created_at <= $3 and deleted_at is not null
        order by created_at desc, id desc
        limit ${MAX_DELETED_SCANNED}
     ), found as (
       select * from live
        union all
       -- What a deleted endpoint subscribed to does not matter any more.
       (select *, '[]', null from deleted where deleted_at >= $2 order by created_at desc, id desc limit ${MAX_DELETED + 1})
     )
     select found.*, scanned
       from (select count(*) as scanned from deleted) s
       left join found on true
      order by created_at desc, id desc`,
    [requireTenant(tenantId), from, to],
  );
  const found = rows.filter((row): row is SubscriberRow => row.id !== null);
  const live = found.filter(({ deleted_at }) => deleted_at === null);
  const deleted = found.filter(({ deleted_at }) => deleted_at !== null);
  return {
    endpoints: [...live.slice(0, MAX_LIVE), ...deleted.slice(0, MAX_DELETED)]
      .map(toSubscriber)
      .toSorted(byAge),
    hasMore:
      live.length > MAX_LIVE ||
      deleted.length > MAX_DELETED ||
      Number(rows[0]!.scanned) === MAX_DELETED_SCANNED,
  };
}

function toSubscriber(row: SubscriberRow): SubscriberRecord {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    profile: row.profile,
    events: (tryParseJson(row.events) as string[] | undefined) ?? [],
    phoneNumbers: row.phone_numbers === null ? null : ((tryParseJson(row.phone_numbers) as string[]) ?? []),
    state: row.state,
    stateReason: row.state_reason,
    createdAt: Number(row.created_at),
    deletedAt: row.deleted_at === null ? null : Number(row.deleted_at),
  };
}

function byAge(a: SubscriberRecord, b: SubscriberRecord): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}
