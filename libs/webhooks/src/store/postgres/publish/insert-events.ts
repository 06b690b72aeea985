import { encodeId } from '../../../core/ids.js';
import type { PublishedEvent } from '../../../events/event.js';
import type { NewEvent } from '../../outbox-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { EVENT_COLUMNS, EVENT_INPUT, toColumns } from './event-columns.js';
import { insertKeyedEvents } from './insert-keyed-events.js';

interface Publication {
  /** The trace context that they are published in. */
  traceparent?: string | null;
  /** The types of those that are written are added. */
  eventTypes?: string[];
}

/** Writes `events` with one statement, whatever their number. */
export async function insertEvents(
  session: Session,
  events: readonly NewEvent[],
  { traceparent = null, eventTypes = [] }: Publication = {},
): Promise<PublishedEvent[]> {
  const published = await write(session, events, traceparent);
  published.forEach(({ duplicate }, i) => duplicate || eventTypes.push(events[i]!.type));
  return published;
}

async function write(
  session: Session,
  events: readonly NewEvent[],
  traceparent: string | null,
): Promise<PublishedEvent[]> {
  if (events.some((event) => event.idempotencyKey !== null))
    return insertKeyedEvents(session, events, traceparent);
  if (events.length === 1) await insertOne(session, events[0]!, traceparent);
  else if (events.length > 1) await insertMany(session, events, traceparent);
  return events.map((event) => ({ id: encodeId('evt', event.uuid), duplicate: false }));
}

/** Names only the columns that have a value: the host's transaction waits while the statement is parsed and planned. */
async function insertOne(session: Session, event: NewEvent, traceparent: string | null): Promise<void> {
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
  await session.query(
    `with event as (
       insert into ${session.tables.events} (id, tenant_id, type, subject, data, created_at${columns})
       values ($2, $3, $4, $5, $6, ${nowMs(1)}${values})
       returning sequence
     )
     insert into ${session.tables.unrelayed} (sequence) select sequence from event`,
    parameters,
  );
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
        order by i.place -- numbers are drawn in the order given
       returning sequence
     )
     insert into ${session.tables.unrelayed} (sequence) select sequence from event`,
    [session.clockOffset, ...toColumns(events), traceparent],
  );
}
