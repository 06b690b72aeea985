import { Inject, Injectable } from '@nestjs/common';
import { decodeDeliveryId, encodeDeliveryId, encodeId } from '../core/ids.js';
import { formatInstant } from '../core/instants.js';
import type { Page } from '../core/page.js';
import type { DeliveryState } from '../core/states.js';
import { toDelivery, type WebhookDelivery } from '../deliveries/delivery.js';
import type { OperatorStore } from '../store/jobs/operator-store.js';
import { STORE } from '../store/store.js';
import { pageSize, wrongCursor } from '../validation/list-query.js';

/** A delivery with its tenant. */
export interface TenantDelivery extends WebhookDelivery {
  tenantId: string;
}

/** Which deliveries of all tenants to list. */
export interface OperatorDeliveryFilter {
  /** 1 to 100. Default 20. */
  limit?: number;
  /** `nextCursor` of the previous page. */
  cursor?: string;
  states?: readonly DeliveryState[];
}

/** A failing endpoint, or a tenant's failing callbacks to one origin. */
export interface FailingEndpoint {
  tenantId: string;
  /** `wh_…`; `null`: callbacks. */
  endpointId: string | null;
  /** URL of the endpoint, or origin of the callbacks. */
  url: string;
  /** Deliveries with an attempt that has failed since the last success. */
  failures: number;
  /** RFC 3339. */
  failingSince: string;
}

/** Larger than all ids: the largest `bigint`. */
const MAX_ID = '9223372036854775807';
/** Maximum number of rows that one page examines. */
const MAX_ROWS_SCANNED = 2_000;

/**
 * The operator's lists across all tenants. A page reads a bounded number of rows, so it may be short or empty and still have
 * a cursor.
 */
@Injectable()
export class OperatorDeliveries {
  /** @internal The module constructs this class. */
  constructor(@Inject(STORE) private readonly store: OperatorStore) {}

  /**
   * The deliveries of all tenants, newest first. A page examines at most 2,000 deliveries.
   *
   * @throws WebhooksRequestError 400 `invalid_request` for a wrong cursor
   */
  async list({ limit, cursor, states }: OperatorDeliveryFilter = {}): Promise<Page<TenantDelivery>> {
    const before = cursor === undefined ? MAX_ID : decodeDeliveryId(cursor);
    if (before === null) throw wrongCursor();
    const search = { limit: pageSize(limit), before, states, scan: MAX_ROWS_SCANNED };
    const { deliveries, next } = await this.store.listAllDeliveries(search);
    return {
      data: deliveries.map((delivery) => ({ tenantId: delivery.tenantId, ...toDelivery(delivery) })),
      nextCursor: next && encodeDeliveryId(next),
    };
  }

  /**
   * Endpoints and callback origins that fail now, in the order of registration. A page examines at most 5,000 endpoints and
   * origins, failing or not.
   *
   * @throws WebhooksRequestError 400 `invalid_request` for a wrong cursor
   */
  async failing({ limit, cursor = '0' }: Omit<OperatorDeliveryFilter, 'states'> = {}): Promise<
    Page<FailingEndpoint>
  > {
    if (!/^\d{1,18}$/.test(cursor)) throw wrongCursor();
    const { lanes, next } = await this.store.listFailingLanes(cursor, pageSize(limit));
    return {
      data: lanes.map(({ tenantId, endpointId, url, failures, failingSince }) => ({
        tenantId,
        endpointId: endpointId === null ? null : encodeId('wh', endpointId),
        url,
        failures,
        failingSince: formatInstant(failingSince),
      })),
      nextCursor: next,
    };
  }
}
