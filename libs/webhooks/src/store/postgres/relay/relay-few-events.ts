import type { DeliveryToInsert, RelayedEvents, VersionedEvent } from '../../outbox-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { isHeldByEarlier, MAX_EVENTS_COMPARED } from '../fragments/subject-order.js';
import { versionOfTenant } from './destination-version.js';
import { stateColumns, wakeLanes } from './inserted-deliveries.js';

interface Row {
  sequence: string;
  /** Index in the list of deliveries; `null`: the event has no delivery. */
  place: number | null;
  id: string | null;
  state: string | null;
}

/**
 * Does for a handful of events what the relay's transaction does for a batch, in one statement that commits by itself. It
 * relays an event if three things are true: the event is still unrelayed, its destinations have not changed since they were
 * read, and its subject has no earlier unrelayed event outside this statement. The other events stay as they are.
 */
export async function relayFewEvents(
  session: Session,
  events: readonly VersionedEvent[],
  deliveries: readonly DeliveryToInsert[],
  leaseId: string,
): Promise<RelayedEvents> {
  const { deliveries: table, events: eventTable, leases, unrelayed } = session.tables;
  const isHeld = isHeldByEarlier(session, {
    tenant: 'i.tenant_id',
    subject: 'i.subject',
    sequence: 'i.event_sequence',
    lane: 'i.lane_id',
    // Checked strictly for all lanes, as in a batch: an earlier delivery that waits for its retry may be sent at any
    // time, and the two deliveries must not overlap.
    ordering: `'strict'`,
  });
  const instant = `(select ${nowMs(1)})`;
  const rows = await session.frequent<Row>(
    `with lease as materialized (
       -- The lease is checked again, and locked until the commit. A delivery that is inserted after the rescue of its
       -- lease would stay leased for ever.
       select id from ${leases} where id = $4 and expires_at > ${nowMs(1)} for key share
     ), event as materialized (
       select * from json_to_recordset($2::json) as i(sequence bigint, tenant_id text, subject text, version text)
     ), marked as materialized (
       -- Leaves out events that another worker is relaying or has relayed.
       select u.sequence from ${unrelayed} u join event i on i.sequence = u.sequence order by u.sequence for update of u skip locked
     ), fresh as materialized (
       select i.sequence
         from event i
         join marked m on m.sequence = i.sequence
        where i.version = ${versionOfTenant(session.tables, 'i.tenant_id')}
          and not exists (
            select 1
              from (select p.sequence from ${eventTable} p
                     where p.tenant_id = i.tenant_id and p.subject = i.subject and p.sequence < i.sequence
                     order by p.sequence desc limit ${MAX_EVENTS_COMPARED}) earlier
              join ${unrelayed} u on u.sequence = earlier.sequence
             where not exists (select 1 from marked m where m.sequence = earlier.sequence))
     ), input as materialized (
       select i.*, row_number() over (order by i.place) as number,
              i.direct and exists (select 1 from lease) and not (i.ordering <> 'none' and ${isHeld}) as handed
         from json_to_recordset($3::json)
           as i(place int, event_sequence bigint, tenant_id text, subject text, lane_id bigint, ordering text, wire_type text,
                body text, reason text, direct boolean)
         join fresh f on f.sequence = i.event_sequence
     ), inserted as (
       insert into ${table} (event_sequence, lane_id, wire_type, body, state, reason, next_at, lease_id, claims,
                             created_at, finished_at, failed_at)
       select event_sequence, lane_id, wire_type, body, ${stateColumns('$4::bigint', instant)}
         -- Ids are drawn in the order of the list: the result relies on this order.
         from (select * from input order by place offset 0) i
       returning id, lane_id, state
     ), relayed as (
       delete from ${unrelayed} where sequence in (select sequence from fresh)
     ), ${wakeLanes(session.tables, instant)}
     select f.sequence, d.place, d.id, d.state
       from fresh f
       left join (
         select i.event_sequence, i.place, n.id, n.state
           from input i
           join (select id, state, row_number() over (order by id) as number from inserted) n on n.number = i.number) d
         on d.event_sequence = f.sequence`,
    [
      session.clockOffset,
      JSON.stringify(events.map(eventRow)),
      JSON.stringify(deliveries.map(deliveryRow)),
      leaseId,
    ],
  );
  return {
    relayed: [...new Set(rows.map(({ sequence }) => sequence))],
    handedOver: rows.flatMap(({ id, place, state }) =>
      state === 'sending' ? [{ id: id!, index: place! }] : [],
    ),
    hasWaiting: rows.some(({ state }) => state === 'pending'),
  };
}

function eventRow({ sequence, tenantId, subject, version }: VersionedEvent): object {
  return { sequence, tenant_id: tenantId, subject, version };
}

function deliveryRow(delivery: DeliveryToInsert, place: number): object {
  const { event, destination, wireType, body, reason, isDirect } = delivery;
  return {
    place,
    event_sequence: event.sequence,
    tenant_id: event.tenantId,
    subject: event.subject,
    lane_id: destination.laneId,
    ordering: destination.ordering,
    wire_type: wireType,
    body,
    reason,
    direct: isDirect,
  };
}
