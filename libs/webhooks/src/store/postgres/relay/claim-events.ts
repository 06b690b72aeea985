import type { EntityManager } from 'typeorm';
import type { Session } from '../connection/session.js';
import { endIfIdle, nowMs, useStablePlan } from '../fragments/expressions.js';
import type { WebhookEvent } from '../../../events/event.js';
import { tryParseJson } from '../../../core/parse-json.js';

/** Data of one batch at most, bytes; a single larger event still goes. */
const BATCH_BYTES = 8 * 1024 * 1024;
/** Share of a batch for the newest events, where there are more than a batch takes: they do not wait behind a burst. */
const NEWEST_SHARE = 5;
/** As the dispatcher looks back over a subject's events. */
const LOOK_BACK = 64;

/** An event of the outbox, locked by the relay's transaction. */
export interface ClaimedEvent extends WebhookEvent {
  /** Of a test event: the one endpoint it is for (UUID). */
  endpointId: string | null;
  /** Its subject has earlier events. */
  follows: boolean;
  /** Its row cannot be read: somebody changed it by hand. */
  damaged: boolean;
}

interface EventRow {
  sequence: string;
  id: string;
  type: string;
  tenant_id: string;
  occurred_at: string;
  created_at: string;
  subject: string | null;
  source: string | null;
  callback_url: string | null;
  test: boolean;
  endpoint_id: string | null;
  data: string;
  follows: boolean;
  waits: boolean;
  now: string;
}

/**
 * Locks the oldest unrelayed events and some of the newest, passing over those that another relay holds, and leaves out
 * those whose subject has an earlier one there: a subject's events are relayed in the order of their number.
 */
export async function claimEvents(
  database: Session,
  tx: EntityManager,
  limit: number,
): Promise<{ events: ClaimedEvent[]; locked: number; now: string | null }> {
  const { events, unrelayed } = database.tables;
  const rows = await database.query<EventRow>(
    `with settings as materialized (
       select ${endIfIdle(4)}, ${useStablePlan()}
     ), oldest as materialized (
       select sequence
         from ${unrelayed}
        order by sequence
        limit $2
          for update skip locked
     ), newest as materialized (
       select sequence
         from ${unrelayed}
        where sequence > (select max(sequence) from oldest) and (select count(*) from oldest) = $2
        order by sequence desc
        limit $5
          for update skip locked
     ), locked as materialized (
       select sequence from oldest union all select sequence from newest
     ), sized as (
       -- Each by its number, whatever the planner thinks of the table's size.
       select e.*, sum(octet_length(e.data)) over (order by e.sequence) - octet_length(e.data) as before
         from locked l
        cross join lateral (select * from ${events} e where e.sequence = l.sequence limit 1) e
     )
     select e.sequence, e.id, e.type, e.tenant_id, e.occurred_at, e.created_at, e.subject, e.source, e.callback_url,
            e.test, e.endpoint_id, e.data, (select ${nowMs(1)}) as now, f.follows, f.waits
       from sized e
      cross join settings
      cross join lateral (
              select count(*) > 0 as follows,
                     coalesce(bool_or(u.sequence is not null and earlier.sequence not in (select sequence from locked)), false) as waits
                from (select p.sequence from ${events} p
                       where p.tenant_id = e.tenant_id and p.subject = e.subject and p.sequence < e.sequence
                       order by p.sequence desc limit ${LOOK_BACK}) earlier
                left join ${unrelayed} u on u.sequence = earlier.sequence) f
      where e.before < $3
      order by e.sequence`,
    [
      database.clockOffset,
      limit - Math.floor(limit / NEWEST_SHARE),
      BATCH_BYTES,
      database.timeoutMs,
      Math.floor(limit / NEWEST_SHARE),
    ],
    tx,
  );
  return {
    events: inOrder(rows).map(toEvent),
    locked: rows.length,
    now: rows[0]?.now ?? null,
  };
}

/** Without the events that wait for an earlier one, and those behind them. */
function inOrder(rows: EventRow[]): EventRow[] {
  if (!rows.some((row) => row.waits)) return rows;
  const waiting = new Set<string>();
  return rows.filter((row) => {
    const subject = JSON.stringify([row.tenant_id, row.subject]);
    if (row.waits) waiting.add(subject);
    return !waiting.has(subject);
  });
}

function toEvent(row: EventRow): ClaimedEvent {
  const data = tryParseJson(row.data);
  return {
    sequence: row.sequence,
    uuid: row.id,
    type: row.type,
    tenantId: row.tenant_id,
    occurredAt: Number(row.occurred_at),
    createdAt: Number(row.created_at),
    subject: row.subject,
    source: row.source,
    callbackUrl: row.callback_url,
    test: row.test,
    endpointId: row.endpoint_id,
    follows: row.follows,
    data,
    damaged: data === undefined,
  };
}
