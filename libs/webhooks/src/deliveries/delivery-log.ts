import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Session } from '../store/postgres/connection/session.js';
import { decodeDeliveryId, decodeId, encodeDeliveryId } from '../core/ids.js';
import type { Page } from '../core/page.js';
import { requireTenant } from '../core/tenant.js';
import { notFound } from '../core/request-error.js';
import { type DeliveryFilter, toDeliverySearch } from './delivery-filter.js';
import {
  nextCursorOf,
  type ScannedRange,
  searchDeliveries,
} from '../store/postgres/deliveries/search-deliveries.js';
import {
  type AttemptRow,
  DELIVERY_COLUMNS,
  type DeliveryRow,
  lastAttempt,
  toAttempt,
  toDelivery,
  type WebhookDelivery,
  type WebhookDeliveryDetail,
} from './delivery.js';

/** Reads what became of a tenant's deliveries. Deliveries of deleted endpoints are there until retention. */
@Injectable()
export class DeliveryLog {
  constructor(private readonly database: Session) {}

  /**
   * Newest first. With a filter that matches little, a page may be short or empty and yet have a cursor: it looked at as
   * many rows as one page may.
   */
  async list(tenantId: string, filter: DeliveryFilter = {}): Promise<Page<WebhookDelivery>> {
    const search = toDeliverySearch(filter);
    const rows = await this.database.query<DeliveryRow & ScannedRange>(
      ...searchDeliveries(this.database.tables, requireTenant(tenantId), search),
    );
    const found = rows.filter((row) => row.id !== null);
    const page = found.slice(0, search.limit);
    const next = found.length > search.limit ? page.at(-1)!.id : nextCursorOf(rows[0]!, search);
    return { data: page.map(toDelivery), nextCursor: next === null ? null : encodeDeliveryId(next) };
  }

  /** One delivery with all its attempts. Throws a 404. */
  async get(tenantId: string, id: string, tx?: EntityManager): Promise<WebhookDeliveryDetail> {
    const number = decodeDeliveryId(id);
    if (number === null) throw notFound('delivery');
    const { tables } = this.database;
    const [row] = await this.database.query<DeliveryRow & { body: string }>(
      `select ${DELIVERY_COLUMNS}, d.body
         from ${tables.deliveries} d
         join ${tables.lanes} l on l.id = d.lane_id
         join ${tables.events} e on e.sequence = d.event_sequence
         left join ${tables.endpoints} w on w.id = l.endpoint_id
        where d.id = $1
          and l.tenant_id = $2`,
      [number, requireTenant(tenantId)],
      tx,
    );
    if (!row) throw notFound('delivery');
    const earlier = await this.database.query<AttemptRow>(
      `select number, started_at, duration_ms, status, error, response
         from ${tables.attempts}
        where delivery_id = $1
        order by number`,
      [number],
      tx,
    );
    const last = lastAttempt(row);
    // A row of the last one's number was moved there by a later attempt that is being recorded.
    const before = earlier.filter((attempt) => attempt.number !== last?.number).map(toAttempt);
    return { ...toDelivery(row), body: row.body, attempts: last ? [...before, last] : before };
  }

  /** The deliveries of these events, oldest first. */
  async listByEvents(
    tenantId: string,
    sequences: readonly string[],
  ): Promise<(WebhookDelivery & { sequence: string })[]> {
    const { tables } = this.database;
    const rows = await this.database.query<DeliveryRow>(
      `select ${DELIVERY_COLUMNS}
         from ${tables.deliveries} d
         join ${tables.lanes} l on l.id = d.lane_id
         join ${tables.events} e on e.sequence = d.event_sequence
         left join ${tables.endpoints} w on w.id = l.endpoint_id
        where d.event_sequence = any($1::bigint[])
          and l.tenant_id = $2
        order by d.id`,
      [sequences, requireTenant(tenantId)],
    );
    return rows.map((row) => ({ ...toDelivery(row), sequence: row.event_sequence }));
  }

  /** Was there ever such an endpoint of this tenant? */
  async hasEndpoint(tenantId: string, endpointId: string): Promise<boolean> {
    const uuid = decodeId('wh', endpointId);
    if (uuid === null) return false;
    const rows = await this.database.query(
      `select 1 from ${this.database.tables.lanes} where endpoint_id = $1 and tenant_id = $2`,
      [uuid, requireTenant(tenantId)],
    );
    return rows.length > 0;
  }

  /** The ids of an event's deliveries, oldest first. */
  async listIdsByEvent(tenantId: string, eventUuid: string): Promise<string[]> {
    const { tables } = this.database;
    const rows = await this.database.query<{ id: string }>(
      `select d.id
         from ${tables.events} e
         join ${tables.deliveries} d on d.event_sequence = e.sequence
        where e.id = $1
          and e.tenant_id = $2
        order by d.id`,
      [eventUuid, requireTenant(tenantId)],
    );
    return rows.map(({ id }) => encodeDeliveryId(id));
  }
}
