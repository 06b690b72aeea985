import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { MIN_FAILURES_TO_DISABLE } from './disable-endpoints.js';

const MAX_WARNING_MS = 24 * 3_600_000;
const MAX_ALERTS_WRITTEN = 100;

export async function warnFailingEndpoints(
  session: Session,
  disableAfterMs: number,
  exemptProfiles: readonly string[],
): Promise<number> {
  const { alerts, endpoints, lanes } = session.tables;
  const key = `'endpoint.will_be_disabled:' || l.id || ':' || l.failing_since`;
  const rows = await session.queryUnlogged<{ id: string }>(
    `insert into ${alerts} (tenant_id, endpoint_id, kind, dedupe_key, data, created_at, next_at)
     select l.tenant_id, l.endpoint_id, 'endpoint.will_be_disabled', ${key},
            json_build_object('lane', l.id::text, 'since', l.failing_since, 'failures', l.failures,
                              'disableAt', l.failing_since + $2::bigint)::text,
            ${nowMs(1)}, ${nowMs(1)}
       from ${lanes} l
       join ${endpoints} e on e.id = l.endpoint_id
      where l.failing_since <= ${nowMs(1)} - $2::bigint + $4::bigint and l.failing_since > ${nowMs(1)} - $2::bigint
        and l.failures >= ${MIN_FAILURES_TO_DISABLE} and l.state = 'open' and not (e.profile = any($3::text[]))
        and not exists (select 1 from ${alerts} a where a.dedupe_key = ${key})
      order by l.id
      limit ${MAX_ALERTS_WRITTEN}
     on conflict (dedupe_key) do nothing
     returning id`,
    [
      session.clockOffset,
      disableAfterMs,
      exemptProfiles,
      Math.min(MAX_WARNING_MS, Math.round(disableAfterMs / 5)),
    ],
  );
  return rows.length;
}
