import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { MIN_FAILURES_TO_DISABLE } from './disable-endpoints.js';

const DAY = 24 * 3_600_000;

/**
 * Writes an alert for endpoints that will be disabled in a day at most (in a fifth of `disableAfterMs` where that is
 * shorter) unless they answer, once for each time of failure. `exempt`: profiles whose platform promises not to.
 * Answers how many.
 */
export async function warnFailingEndpoints(
  database: Session,
  disableAfterMs: number,
  exempt: readonly string[],
): Promise<number> {
  const { alerts, endpoints, lanes } = database.tables;
  const key = `'endpoint.will_be_disabled:' || l.id || ':' || l.failing_since`;
  const rows = await database.query<{ id: string }>(
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
      limit 100
     on conflict (dedupe_key) do nothing
     returning id`,
    [database.clockOffset, disableAfterMs, exempt, Math.min(DAY, Math.round(disableAfterMs / 5))],
  );
  return rows.length;
}
