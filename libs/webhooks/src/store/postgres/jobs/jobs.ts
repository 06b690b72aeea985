import type { JobKind, JobState } from '../../../core/states.js';
import { requireTenant } from '../../../core/tenant.js';
import type { EventPlace } from '../../jobs/event-log-store.js';
import type { JobProgress, JobRecord, NewJob, ReplayRange } from '../../jobs/job-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

/** PostgreSQL's `bigint` arrives as text. */
interface JobRow {
  id: string;
  tenant_id: string;
  kind: JobKind;
  state: JobState;
  endpoint_id: string | null;
  parameters: string;
  cursor: string | null;
  matched: number;
  done: number;
  deliveries: number;
  attempts: number;
  error: string | null;
  created_at: string;
  updated_at: string;
  finished_at: string | null;
}

export async function insertJob(session: Session, job: NewJob): Promise<boolean> {
  const rows = await session.query<{ id: string }>(
    `insert into ${session.tables.jobs} (id, tenant_id, kind, state, endpoint_id, parameters, matched, created_at, updated_at, next_at)
     values ($2, $3, $4, 'pending', $5, $6, $7, ${nowMs(1)}, ${nowMs(1)}, ${nowMs(1)})
     on conflict (endpoint_id, kind) where finished_at is null do nothing
     returning id`,
    [
      session.clockOffset,
      job.id,
      requireTenant(job.tenantId),
      job.kind,
      job.endpointId,
      JSON.stringify(job.range),
      job.matched,
    ],
  );
  return rows.length > 0;
}

export async function findJob(session: Session, tenantId: string, id: string): Promise<JobRecord | null> {
  const [row] = await session.query<JobRow>(
    `select * from ${session.tables.jobs} where id = $1 and tenant_id = $2`,
    [id, requireTenant(tenantId)],
  );
  return row ? toJobRecord(row) : null;
}

export async function listJobs(
  session: Session,
  tenantId: string,
  page: { limit: number; before?: { createdAt: number; id: string }; endpointId?: string },
): Promise<JobRecord[]> {
  const { limit, before, endpointId } = page;
  const rows = await session.query<JobRow>(
    `select * from ${session.tables.jobs}
      where tenant_id = $1
        and ($2::bigint is null or (created_at, id) < ($2::bigint, $3::uuid))
        and ($4::uuid is null or endpoint_id = $4)
      order by created_at desc, id desc
      limit $5`,
    [requireTenant(tenantId), before?.createdAt ?? null, before?.id ?? null, endpointId ?? null, limit + 1],
  );
  return rows.map(toJobRecord);
}

export async function cancelJob(session: Session, tenantId: string, id: string): Promise<boolean> {
  const rows = await session.query<{ id: string }>(
    `update ${session.tables.jobs}
        set state = 'cancelled', next_at = null, finished_at = ${nowMs(1)}, updated_at = ${nowMs(1)}
      where id = $2 and tenant_id = $3 and finished_at is null
     returning id`,
    [session.clockOffset, id, requireTenant(tenantId)],
  );
  return rows.length > 0;
}

export async function claimJob(session: Session): Promise<JobRecord | null> {
  const [row] = await session.query<JobRow>(
    `select * from ${session.tables.jobs}
      where next_at <= ${nowMs(1)}
      order by next_at, id
      limit 1
        for no key update skip locked`,
    [session.clockOffset],
  );
  return row ? toJobRecord(row) : null;
}

export async function updateJob(session: Session, id: string, progress: JobProgress): Promise<void> {
  const { state, cursor, matched, done, deliveries, attempts, error, nextInMs } = progress;
  await session.query(
    `update ${session.tables.jobs}
        set state = $3, cursor = $4, matched = $5, done = $6, deliveries = $7, attempts = $8, error = $9,
            updated_at = ${nowMs(1)},
            next_at = ${nowMs(1)} + $10::bigint,
            finished_at = case when $10::bigint is null then ${nowMs(1)} end
      where id = $2 and finished_at is null`,
    [
      session.clockOffset,
      id,
      state,
      cursor && `${cursor.createdAt}.${cursor.sequence}`,
      matched,
      done,
      deliveries,
      attempts,
      error?.slice(0, 500) ?? null,
      nextInMs,
    ],
  );
}

function toJobRecord(row: JobRow): JobRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    kind: row.kind,
    state: row.state,
    endpointId: row.endpoint_id,
    range: JSON.parse(row.parameters) as ReplayRange,
    cursor: row.cursor === null ? null : readCursor(row.cursor),
    matched: row.matched,
    done: row.done,
    deliveries: row.deliveries,
    attempts: row.attempts,
    error: row.error,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    finishedAt: row.finished_at === null ? null : Number(row.finished_at),
  };
}

function readCursor(text: string): EventPlace {
  const [createdAt, sequence] = text.split('.');
  return { createdAt: Number(createdAt), sequence: sequence! };
}
