import { Inject, Injectable } from '@nestjs/common';
import { decodeDeliveryId, decodeId, encodeDeliveryId } from '../core/ids.js';
import type { Page } from '../core/page.js';
import { notFound } from '../core/request-error.js';
import type { DeliveryStore } from '../store/delivery-store.js';
import { type DeliverySearch, MAX_ID_SKEW_MS, type ScannedRange } from '../store/searches/delivery-search.js';
import { STORE } from '../store/store.js';
import { type DeliveryFilter, toDeliverySearch } from './delivery-filter.js';
import { AttemptDetails } from './delivery-detail.js';
import { lastAttemptOf, toDelivery, type WebhookDelivery } from './delivery.js';
import type { WebhookDeliveryDetail } from './delivery-detail.js';

/**
 * Reads the log of a tenant's deliveries. Deliveries of deleted endpoints stay in the log until retention deletes them.
 * The parameter `store` of a method may be bound to a transaction. Default: a store without a transaction.
 */
@Injectable()
export class DeliveryLog {
  constructor(
    @Inject(STORE) private readonly store: DeliveryStore,
    private readonly details: AttemptDetails,
  ) {}

  /**
   * Newest first. One call reads only about 2,000 rows, in the lanes that were used most recently. So if the filter matches
   * few deliveries, a page may be short or empty and still have a cursor.
   */
  async list(
    tenantId: string,
    filter: DeliveryFilter = {},
    store: DeliveryStore = this.store,
  ): Promise<Page<WebhookDelivery>> {
    const search = toDeliverySearch(filter);
    const { deliveries, scanned } = await store.searchDeliveries(tenantId, search);
    const page = deliveries.slice(0, search.limit);
    const next = deliveries.length > search.limit ? page.at(-1)!.id : nextCursorOf(scanned, search);
    return {
      data: page.map(toDelivery),
      nextCursor: next === null ? null : encodeDeliveryId(next),
    };
  }

  /** One delivery with all its attempts. Throws a 404 if there is no such delivery. */
  async get(tenantId: string, id: string, store: DeliveryStore = this.store): Promise<WebhookDeliveryDetail> {
    const number = decodeDeliveryId(id);
    const delivery = number === null ? null : await store.findDelivery(tenantId, number);
    if (!delivery) throw notFound('delivery');
    const last = lastAttemptOf(delivery);
    // The second read also returns `last` if another attempt was recorded after the first read.
    const earlier = (await store.listAttempts(delivery.id)).filter(
      ({ number: each }) => each !== last?.number,
    );
    const attempts = this.details.of(tenantId, delivery, last ? [...earlier, last] : earlier);
    return {
      ...toDelivery(delivery),
      body: delivery.erasedAt === null ? delivery.body : null,
      lastAttempt: last && attempts.at(-1)!,
      attempts,
    };
  }

  /** Whether the tenant has this endpoint, or had it and its log is still there. */
  async hasEndpoint(
    tenantId: string,
    endpointId: string,
    store: DeliveryStore = this.store,
  ): Promise<boolean> {
    const uuid = decodeId('wh', endpointId);
    return uuid !== null && store.hasLane(tenantId, uuid);
  }

  /** The ids of an event's deliveries, oldest first. */
  async listIdsByEvent(tenantId: string, eventUuid: string): Promise<string[]> {
    const ids = await this.store.listDeliveryIdsOfEvent(tenantId, eventUuid);
    return ids.map(encodeDeliveryId);
  }
}

/** The id below which the next page begins; `null`: no older delivery can match. */
function nextCursorOf({ floor, floorCreatedAt }: ScannedRange, { since }: DeliverySearch): string | null {
  const isPast = since !== undefined && floorCreatedAt !== null && floorCreatedAt < since - MAX_ID_SKEW_MS;
  return isPast ? null : floor;
}
