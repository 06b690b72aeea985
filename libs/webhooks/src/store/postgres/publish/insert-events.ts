import type { EntityManager } from 'typeorm';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import type { PublishedEvent } from '../../../events/event.js';
import { encodeId } from '../../../core/ids.js';

/** An event, checked and serialised, on its way into the outbox. */
export interface NewEvent {
  uuid: string;
  tenantId: string;
  type: string;
  subject: string | null;
  /** Epoch milliseconds; `null`: now, on the database's clock. */
  occurredAt: number | null;
  source: string | null;
  /** JSON text. */
  data: string;
  callbackUrl: string | null;
  idempotencyKey: string | null;
  test: boolean;
  /** Of a test event: the one endpoint it is for. */
  endpointId: string | null;
}

const COLUMNS =
  'id, tenant_id, type, subject, occurred_at, source, data, callback_url, idempotency_key, test, endpoint_id, created_at';

const INPUT = `unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[],
    $11::boolean[], $12::uuid[]) with ordinality
    as i(id, tenant_id, type, subject, occurred_at, source, data, callback_url, idempotency_key, test, endpoint_id, place)`;

/** The columns of `events` as one array each, in the order of `INPUT`. */
function columns(events: readonly NewEvent[]): unknown[] {
  const column = <Key extends keyof NewEvent>(key: Key) => events.map((event) => event[key]);
  return [
    column('uuid'),
    column('tenantId'),
    column('type'),
    column('subject'),
    column('occurredAt'),
    column('source'),
    column('data'),
    column('callbackUrl'),
    column('idempotencyKey'),
    column('test'),
    column('endpointId'),
  ];
}

/** Writes `events` in `tx` with one statement whatever their number. Answers in their order. */
export async function insertEvents(
  database: Session,
  tx: EntityManager,
  events: readonly NewEvent[],
): Promise<PublishedEvent[]> {
  if (events.some((event) => event.idempotencyKey !== null)) return writeKeyed(database, tx, events);
  if (events.length === 1) await writeOne(database, tx, events[0]!);
  else if (events.length > 1) await writeMany(database, tx, events);
  return events.map((event) => ({ id: encodeId('evt', event.uuid), duplicate: false }));
}

/** Names only what the event has a value for: the host's transaction waits while the rest would be parsed and planned. */
async function writeOne(database: Session, tx: EntityManager, event: NewEvent): Promise<void> {
  const { uuid, tenantId, type, subject, data } = event;
  const parameters: unknown[] = [database.clockOffset, uuid, tenantId, type, subject, data];
  let names = '';
  let places = '';
  const name = (column: string, value: unknown): void => {
    if (value === null || value === false) return;
    names += `, ${column}`;
    places += `, $${parameters.push(value)}`;
  };
  name('source', event.source);
  name('callback_url', event.callbackUrl);
  name('test', event.test);
  name('endpoint_id', event.endpointId);
  name('occurred_at', event.occurredAt);
  if (event.occurredAt === null) {
    names += ', occurred_at';
    places += `, ${nowMs(1)}`;
  }
  await tx.query(
    `with event as (
       insert into ${database.tables.events} (id, tenant_id, type, subject, data, created_at${names})
       values ($2, $3, $4, $5, $6, ${nowMs(1)}${places})
       returning sequence
     )
     insert into ${database.tables.unrelayed} (sequence) select sequence from event`,
    parameters,
  );
}

async function writeMany(database: Session, tx: EntityManager, events: readonly NewEvent[]): Promise<void> {
  await tx.query(
    `with event as (
       insert into ${database.tables.events} (${COLUMNS})
       select i.id, i.tenant_id, i.type, i.subject, coalesce(i.occurred_at, ${nowMs(1)}), i.source, i.data, i.callback_url,
              i.idempotency_key, i.test, i.endpoint_id, ${nowMs(1)}
         from ${INPUT}
        order by i.place
       returning sequence
     )
     insert into ${database.tables.unrelayed} (sequence) select sequence from event`,
    [database.clockOffset, ...columns(events)],
  );
}

interface KeyedRow {
  place: string;
  inserted: boolean;
  /** The first event of the key, where this statement could see it. */
  first: string | null;
}

/**
 * Numbers are drawn in the order given, rows are written in the order of their keys: two transactions that publish the
 * same keys wait for each other instead of deadlocking.
 */
async function writeKeyed(
  database: Session,
  tx: EntityManager,
  events: readonly NewEvent[],
): Promise<PublishedEvent[]> {
  const { tables } = database;
  const rows = await database.query<KeyedRow>(
    `with input as materialized (
       select nextval((select pg_get_serial_sequence($13, 'sequence'))::regclass) as sequence, i.*
         from (select * from ${INPUT} order by i.place) i
     ), inserted as (
       insert into ${tables.events} (sequence, ${COLUMNS})
       select i.sequence, i.id, i.tenant_id, i.type, i.subject, coalesce(i.occurred_at, ${nowMs(1)}), i.source, i.data,
              i.callback_url, i.idempotency_key, i.test, i.endpoint_id, ${nowMs(1)}
         from input i
        order by i.tenant_id, i.idempotency_key, i.place
       on conflict (tenant_id, idempotency_key) where idempotency_key is not null do nothing
       returning id, sequence
     ), unrelayed as (
       insert into ${tables.unrelayed} (sequence) select sequence from inserted
     )
     select i.place, n.id is not null as inserted, e.id as first
       from input i
       left join inserted n on n.id = i.id
       left join ${tables.events} e
         on n.id is null and e.tenant_id = i.tenant_id and e.idempotency_key = i.idempotency_key
      order by i.place`,
    [database.clockOffset, ...columns(events), tables.events],
    tx,
  );
  return resolveDuplicates(database, tx, events, rows);
}

/** Gives each duplicate the id of the first: seen by the statement, in the same call, or committed while it ran. */
async function resolveDuplicates(
  database: Session,
  tx: EntityManager,
  events: readonly NewEvent[],
  rows: readonly KeyedRow[],
): Promise<PublishedEvent[]> {
  const keyOf = (event: NewEvent) => JSON.stringify([event.tenantId, event.idempotencyKey]);
  const firsts = new Map<string, string>();
  rows.forEach((row, i) => {
    const uuid = row.inserted ? events[i]!.uuid : row.first;
    if (uuid !== null) firsts.set(keyOf(events[i]!), uuid);
  });
  const unseen = events.filter((event) => event.idempotencyKey !== null && !firsts.has(keyOf(event)));
  if (unseen.length > 0) {
    const found = await database.query<{ id: string; tenant_id: string; idempotency_key: string }>(
      `select e.id, e.tenant_id, e.idempotency_key
         from ${database.tables.events} e
         join unnest($1::text[], $2::text[]) as k(tenant_id, idempotency_key)
           on e.tenant_id = k.tenant_id and e.idempotency_key = k.idempotency_key`,
      [unseen.map((event) => event.tenantId), unseen.map((event) => event.idempotencyKey)],
      tx,
    );
    for (const row of found) firsts.set(JSON.stringify([row.tenant_id, row.idempotency_key]), row.id);
  }
  return events.map((event, i) => {
    const inserted = rows[i]!.inserted;
    const uuid = inserted ? event.uuid : (firsts.get(keyOf(event)) ?? event.uuid);
    return { id: encodeId('evt', uuid), duplicate: !inserted };
  });
}
