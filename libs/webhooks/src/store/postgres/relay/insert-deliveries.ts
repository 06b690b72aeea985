import type { EntityManager } from 'typeorm';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { isHeldByEarlier } from '../fragments/subject-order.js';
import type { DeliveryState } from '../../../core/states.js';
import type { NewDelivery } from '../../../engine/relay/fan-out.js';

/** A delivery that this worker now holds. */
export interface HandedOverDelivery {
  id: string;
  /** Place in the list handed in, from 0. */
  place: number;
}

/**
 * Inserts a batch's deliveries, marks its events relayed and wakes the lanes that got work to wait for, in one
 * statement. Those that may go straight to this worker are leased at the insert, unless order holds them back: they
 * never enter the due index, so that a first success is one update that stays on its page.
 */
export async function insertDeliveries(
  database: Session,
  tx: EntityManager,
  deliveries: readonly NewDelivery[],
  relayed: readonly string[],
  leaseId: string,
): Promise<HandedOverDelivery[]> {
  const { deliveries: table, lanes, leases, unrelayed } = database.tables;
  const held = isHeldByEarlier(database, {
    tenant: 'c.tenant_id',
    subject: 'c.subject',
    sequence: 'c.event_sequence',
    lane: 'c.lane_id',
    // A waiting retry of an earlier one may go out at any moment: its turn and this one's must not meet.
    ordering: `'strict'`,
  });
  const column = <T>(pick: (delivery: NewDelivery) => T): T[] => deliveries.map(pick);
  const places = deliveries.flatMap(({ direct, event, target }, place) =>
    direct && event.follows && target.ordering !== 'none' ? [place] : [],
  );
  const following = <T>(pick: (delivery: NewDelivery) => T): T[] =>
    places.map((place) => pick(deliveries[place]!));
  const instant = `(select ${nowMs(1)})`;
  const rows = await database.prepared<{ id: string; state: DeliveryState }>(
    // The lease is looked for again, and kept until the commit: a worker that was away for longer than its lease must
    // hand itself nothing under it, for nobody would look for that again.
    `with lease as materialized (
       select id from ${leases} where id = $9 and expires_at > ${nowMs(1)} for key share
     ), held as materialized (
       select c.place from unnest($11::int[], $12::bigint[], $13::bigint[], $14::text[], $15::text[])
           as c(place, event_sequence, lane_id, tenant_id, subject)
        where ${held}
     ), input as materialized (
       select i.*, i.direct and exists (select 1 from lease) and not i.place - 1 = any(array(select place from held)) as handed
         from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $16::text[]) with ordinality
           as i(event_sequence, lane_id, wire_type, body, callback_url, reason, direct, profile, place)
     ), inserted as (
       insert into ${table} (event_sequence, lane_id, wire_type, profile, body, callback_url, state, reason, next_at, lease_id, claims,
                             created_at, finished_at, failed_at)
       select event_sequence, lane_id, wire_type, profile, body, callback_url,
              case when reason is not null then 'discarded' when handed then 'sending' else 'pending' end,
              reason,
              case when reason is null and not handed then ${instant} end,
              case when handed then $9::bigint end,
              case when handed then 1 else 0 end,
              ${instant},
              case when reason is not null then ${instant} end,
              case when reason is not null then ${instant} end
         from input
        order by place
       returning id, lane_id, state
     ), relayed as (
       delete from ${unrelayed} where sequence = any($10::bigint[])
     ), waiting as materialized (
       select l.id, l.state -- as it is once it is locked: an endpoint that is resumed meanwhile must not miss them
         from ${lanes} l
        where l.id in (select lane_id from inserted where state = 'pending')
        order by l.id
          for no key update
     ), woken as (
       update ${lanes} l
          set next_due_at = greatest(least(l.next_due_at, ${instant}), l.hold_until)
         from waiting w
        where l.id = w.id and w.state <> 'paused'
     )
     select id, state from inserted order by id`,
    [
      database.clockOffset,
      column(({ event }) => event.sequence),
      column(({ target }) => target.laneId),
      column(({ wireType }) => wireType),
      column(({ body }) => body),
      column(({ callbackUrl }) => callbackUrl),
      column(({ reason }) => reason),
      column(({ direct }) => direct),
      leaseId,
      relayed,
      places,
      following(({ event }) => event.sequence),
      following(({ target }) => target.laneId),
      following(({ event }) => event.tenantId),
      following(({ event }) => event.subject),
      column(({ target }) => (target.endpointId === null ? target.profile.name : null)),
    ],
    tx,
  );
  // Numbers were drawn in the order of the list.
  return rows.flatMap(({ id, state }, place) => (state === 'sending' ? [{ id, place }] : []));
}
