import { tryParseJson } from '../../../core/parse-json.js';
import { requireTenant } from '../../../core/tenant.js';
import type { SubjectEvent, SubjectEventPage } from '../../delivery-store.js';
import type { Session } from '../connection/session.js';

interface EventRow {
  sequence: string;
  id: string;
  tenant_id: string;
  type: string;
  subject: string | null;
  occurred_at: string;
  created_at: string;
  source: string | null;
  data: string;
  callback_url: string | null;
  test: boolean;
  endpoint_id: string | null;
  found: string;
}

export async function listSubjectEvents(
  session: Session,
  tenantId: string,
  subject: string,
  { limit, before, maxDataBytes }: SubjectEventPage,
): Promise<{ events: SubjectEvent[]; hasMore: boolean }> {
  const { events } = session.tables;
  const rows = await session.query<EventRow>(
    `with newest as materialized (
       select sequence, octet_length(data) as bytes
         from ${events}
        where tenant_id = $1 and subject = $2 and ($3::bigint is null or sequence < $3)
        order by sequence desc
        limit $4 + 1
     ), sized as (
       select sequence, sum(bytes) over (order by sequence desc) as total, bytes from newest
     )
     select e.*, (select count(*) from newest) as found
       from sized s
       join ${events} e on e.sequence = s.sequence
      where s.total <= $5 or s.total = s.bytes -- the first event, whatever its size
      order by e.sequence desc
      limit $4`,
    [requireTenant(tenantId), subject, before ?? null, limit, maxDataBytes],
  );
  return {
    events: rows.map(toSubjectEvent),
    hasMore: rows.length > 0 && Number(rows[0]!.found) > rows.length,
  };
}

function toSubjectEvent(row: EventRow): SubjectEvent {
  return {
    sequence: row.sequence,
    id: row.id,
    tenantId: row.tenant_id,
    type: row.type,
    subject: row.subject,
    occurredAt: Number(row.occurred_at),
    createdAt: Number(row.created_at),
    source: row.source,
    data: tryParseJson(row.data),
    callbackUrl: row.callback_url,
    test: row.test,
    endpointId: row.endpoint_id,
  };
}
