import type { DeliveryState } from '../../../core/states.js';
import type { DeliveryToInsert, HandedOverDelivery } from '../../outbox-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';
import { isHeldByEarlier } from '../fragments/subject-order.js';
import { stateColumns, wakeLanes } from './inserted-deliveries.js';
import { splitByBodies } from './split-by-bodies.js';

/**
 * Inserts a batch's deliveries, marks the batch's events as relayed, and updates the due times of lanes with pending
 * deliveries. Uses one statement, unless the bodies are too large for one. A delivery that goes straight to this worker is
 * leased when it is inserted, and never enters the index of due deliveries. So the update that records a first success can
 * leave all indexes unchanged.
 */
export async function insertDeliveries(
  session: Session,
  deliveries: readonly DeliveryToInsert[],
  relayed: readonly string[],
  leaseId: string,
): Promise<HandedOverDelivery[]> {
  const parts = splitByBodies(deliveries);
  if (parts.length === 1) return insertPart(session, deliveries, relayed, leaseId);
  const handedOver: HandedOverDelivery[] = [];
  let start = 0;
  for (const part of parts) {
    const isLast = part === parts.at(-1);
    for (const { id, index } of await insertPart(session, part, isLast ? relayed : [], leaseId))
      handedOver.push({ id, index: start + index });
    start += part.length;
  }
  return handedOver;
}

/** Inserts the deliveries with one statement. */
async function insertPart(
  session: Session,
  deliveries: readonly DeliveryToInsert[],
  relayed: readonly string[],
  leaseId: string,
): Promise<HandedOverDelivery[]> {
  const { deliveries: table, leases, unrelayed } = session.tables;
  const isHeld = isHeldByEarlier(session, {
    tenant: 'c.tenant_id',
    subject: 'c.subject',
    sequence: 'c.event_sequence',
    lane: 'c.lane_id',
    // Checked strictly for all lanes: an earlier delivery that waits for its retry may be sent at any time, and the two
    // deliveries must not overlap.
    ordering: `'strict'`,
  });
  const column = <T>(pick: (delivery: DeliveryToInsert) => T): T[] => deliveries.map(pick);
  // Only these deliveries can be held back by an earlier one.
  const following = deliveries.flatMap(({ isDirect, event, destination }, index) =>
    isDirect && event.followsEarlier && destination.ordering !== 'none' ? [index] : [],
  );
  const columnOfFollowing = <T>(pick: (delivery: DeliveryToInsert) => T): T[] =>
    following.map((index) => pick(deliveries[index]!));
  // Endpoints of one profile share their bodies, so each body is bound once. An array of bodies would take memory of 15
  // times their size, because `pg` escapes the elements of arrays piece by piece.
  const places = new Map<string, number>();
  const bodyPlaces = deliveries.map(({ body }) => {
    const place = places.get(body) ?? places.size;
    if (place === places.size) places.set(body, place);
    return place;
  });
  const instant = `(select ${nowMs(1)})`;
  const rows = await session.prepared<{ id: string; state: DeliveryState }>(
    `with lease as materialized (
       -- The lease is checked again, and locked until the commit. A delivery that is inserted after the rescue of its
       -- lease would stay leased for ever.
       select id from ${leases} where id = $9 and expires_at > ${nowMs(1)} for key share
     ), held as materialized (
       select c.place from unnest($11::int[], $12::bigint[], $13::bigint[], $14::text[], $15::text[])
           as c(place, event_sequence, lane_id, tenant_id, subject)
        where ${isHeld}
     ), input as materialized (
       -- "place" counts from 1 here, and from 0 in "held".
       select i.*, i.direct and exists (select 1 from lease) and not i.place - 1 = any(array(select place from held)) as handed
         from unnest($2::bigint[], $3::bigint[], $4::text[], $5::int[], $6::text[], $7::text[], $8::boolean[], $16::text[]) with ordinality
           as i(event_sequence, lane_id, wire_type, body_place, callback_url, reason, direct, profile, place)
     ), inserted as (
       insert into ${table} (event_sequence, lane_id, wire_type, profile, body, callback_url, state, reason, next_at, lease_id, claims,
                             created_at, finished_at, failed_at)
       select event_sequence, lane_id, wire_type, profile, $17::jsonb ->> body_place, callback_url, ${stateColumns('$9::bigint', instant)}
         -- Ids are drawn in the order of the list: the result relies on this order. "offset 0": bodies are read one at a
         -- time, after the sort.
         from (select * from input order by place offset 0) i
       returning id, lane_id, state
     ), relayed as (
       delete from ${unrelayed} where sequence = any($10::bigint[])
     ), ${wakeLanes(session.tables, instant)}
     select id, state from inserted order by id`,
    [
      session.clockOffset,
      column(({ event }) => event.sequence),
      column(({ destination }) => destination.laneId),
      column(({ wireType }) => wireType),
      bodyPlaces,
      column(({ callbackUrl }) => callbackUrl),
      column(({ reason }) => reason),
      column(({ isDirect }) => isDirect),
      leaseId,
      relayed,
      following,
      columnOfFollowing(({ event }) => event.sequence),
      columnOfFollowing(({ destination }) => destination.laneId),
      columnOfFollowing(({ event }) => event.tenantId),
      columnOfFollowing(({ event }) => event.subject),
      column(({ destination }) => (destination.endpointId === null ? destination.profile.name : null)),
      JSON.stringify([...places.keys()]),
    ],
  );
  return rows.flatMap(({ id, state }, index) => (state === 'sending' ? [{ id, index }] : []));
}
