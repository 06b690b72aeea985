import { encodeId } from '../../../core/ids.js';
import type { PublishedEvent } from '../../../events/event.js';
import { largeBytesOf, SMALL_BATCH } from '../../lane-rules.js';
import type { NewEvent, WrittenEvent } from '../../outbox-store.js';
import type { LocalCommit } from '../../store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { announce } from './announce.js';
import { EVENT_COLUMNS, EVENT_INPUT, toColumns } from './event-columns.js';
import { insertKeyedEvents } from './insert-keyed-events.js';

/**
 * Writes any number of `events` with one statement.
 *
 * @param traceparent the trace context in which the events are published
 * @param commit gets the written events
 * @param channel the channel on which the transaction announces a single event without a key; `null`: it announces nothing
 */
export async function insertEvents(
  session: Session,
  events: readonly NewEvent[],
  traceparent: string | null,
  commit: Pick<LocalCommit, 'eventTypes' | 'written' | 'isAnnounced'>,
  channel: string | null,
): Promise<PublishedEvent[]> {
  const [first, ...others] = events;
  if (first && others.length === 0 && first.idempotencyKey === null) {
    const insert = session.found.publishFunction ? callPublishFunction : insertRow;
    const row = await insert(session, first, traceparent, channel);
    noteWritten(commit, toWritten(first, row, traceparent));
    commit.isAnnounced &&= row.announced;
    commit.eventTypes.push(first.type);
    return [toPublished(first)];
  }
  commit.written = null;
  commit.isAnnounced &&= events.length === 0;
  const published = await insertSeveral(session, events, traceparent);
  published.forEach(({ duplicate }, i) => duplicate || commit.eventTypes.push(events[i]!.type));
  return published;
}

function noteWritten(commit: Pick<LocalCommit, 'written'>, event: WrittenEvent): void {
  const { written } = commit;
  const isForFew = event.callbackUrl === null && largeBytesOf(event.data) === 0;
  if (written && isForFew && written.length < SMALL_BATCH - 1) written.push(event);
  else commit.written = null;
}

async function insertSeveral(
  session: Session,
  events: readonly NewEvent[],
  traceparent: string | null,
): Promise<PublishedEvent[]> {
  if (events.some((event) => event.idempotencyKey !== null))
    return insertKeyedEvents(session, events, traceparent);
  if (events.length > 0) await insertMany(session, events, traceparent);
  return events.map(toPublished);
}

function toPublished({ uuid }: NewEvent): PublishedEvent {
  return { id: encodeId('evt', uuid), duplicate: false };
}

interface WrittenRow {
  sequence: string;
  created_at: string;
  announced: boolean;
}

function toWritten(event: NewEvent, row: WrittenRow, traceparent: string | null): WrittenEvent {
  const createdAt = Number(row.created_at);
  const occurredAt = event.occurredAt ?? createdAt;
  return { ...event, sequence: row.sequence, occurredAt, createdAt, traceparent };
}

/**
 * Calls the function in the select list, because a call in `from` would take longer. The result arrives as one text,
 * such as `(7,1767225600000)`.
 */
async function callPublishFunction(
  session: Session,
  event: NewEvent,
  traceparent: string | null,
  channel: string | null,
): Promise<WrittenRow> {
  const { uuid, tenantId, type, subject, data, source, callbackUrl, test, endpointId, occurredAt } = event;
  const about = [uuid, tenantId, type, subject, data, source, callbackUrl, test, endpointId];
  const parameters: unknown[] = [session.clockOffset, ...about, traceparent, occurredAt];
  const announced = announce(parameters, channel);
  const [row] = await session.query<{ written: string; announced: boolean }>(
    `select ${session.found.publishFunction}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as written,
            ${announced} as announced`,
    parameters,
  );
  const [sequence, createdAt] = row!.written.slice(1, -1).split(',');
  return { sequence: sequence!, created_at: createdAt!, announced: row!.announced };
}

/** Names only the columns that have a value: the host's transaction waits while the statement is parsed and planned. */
async function insertRow(
  session: Session,
  event: NewEvent,
  traceparent: string | null,
  channel: string | null,
): Promise<WrittenRow> {
  const { uuid, tenantId, type, subject, data } = event;
  const parameters: unknown[] = [session.clockOffset, uuid, tenantId, type, subject, data];
  let columns = '';
  let values = '';
  const add = (column: string, value: unknown): void => {
    if (value === null || value === false) return;
    columns += `, ${column}`;
    values += `, $${parameters.push(value)}`;
  };
  add('source', event.source);
  add('callback_url', event.callbackUrl);
  add('test', event.test);
  add('endpoint_id', event.endpointId);
  add('traceparent', traceparent);
  add('occurred_at', event.occurredAt);
  if (event.occurredAt === null) {
    columns += ', occurred_at';
    values += `, ${nowMs(1)}`;
  }
  const announced = announce(parameters, channel);
  const [row] = await session.query<WrittenRow>(
    `with event as (
       insert into ${session.tables.events} (id, tenant_id, type, subject, data, created_at${columns})
       values ($2, $3, $4, $5, $6, ${nowMs(1)}${values})
       returning sequence
     )
     insert into ${session.tables.unrelayed} (sequence) select sequence from event
     returning sequence, ${nowMs(1)} as created_at, ${announced} as announced`,
    parameters,
  );
  return row!;
}

async function insertMany(
  session: Session,
  events: readonly NewEvent[],
  traceparent: string | null,
): Promise<void> {
  await session.query(
    `with event as (
       insert into ${session.tables.events} (${EVENT_COLUMNS})
       select i.id, i.tenant_id, i.type, i.subject, coalesce(i.occurred_at, ${nowMs(1)}), i.source, i.data, i.callback_url,
              i.idempotency_key, i.test, i.endpoint_id, ${nowMs(1)}, $13
         from ${EVENT_INPUT}
        order by i.place -- sequence numbers are drawn in this order
       returning sequence
     )
     insert into ${session.tables.unrelayed} (sequence) select sequence from event`,
    [session.clockOffset, ...toColumns(events), traceparent],
  );
}
