import { Inject, Injectable } from '@nestjs/common';
import type { CallContext, ReadContext } from '../core/call-context.js';
import { decodeDeliveryId } from '../core/ids.js';
import type { Page } from '../core/page.js';
import { conflict, notFound } from '../core/request-error.js';
import { type AuditAction, WebhookAudit } from '../observability/audit.js';
import type { DeliveryStore, LockedDelivery } from '../store/delivery-store.js';
import { STORE } from '../store/store.js';
import { boundTo } from '../store/transactions.js';
import type { DeliveryFilter } from './delivery-filter.js';
import { DeliveryLog } from './delivery-log.js';
import type { WebhookDelivery } from './delivery.js';
import type { WebhookDeliveryDetail } from './delivery-detail.js';

/** A tenant's deliveries: lists, one delivery, retry, cancel. Another tenant's deliveries are a 404. */
@Injectable()
export class WebhookDeliveries {
  /** @internal The module constructs this class. */
  constructor(
    @Inject(STORE) private readonly store: DeliveryStore,
    private readonly log: DeliveryLog,
    private readonly audit: WebhookAudit,
  ) {}

  /**
   * Deliveries that pass all filters, newest first. They include deliveries of deleted endpoints until retention deletes
   * them. One call reads only about 2,000 rows, in the 200 lanes that were used most recently. So if few deliveries match, a
   * page may be short or empty and still have a cursor.
   *
   * @throws WebhooksRequestError 400 `invalid_request` for a wrong cursor or filter
   */
  async list(
    tenantId: string,
    filter: DeliveryFilter = {},
    { tx }: ReadContext = {},
  ): Promise<Page<WebhookDelivery>> {
    return this.log.list(tenantId, filter, boundTo(this.store, tx));
  }

  /**
   * The deliveries of one endpoint, deleted or not, as {@link list} returns them.
   *
   * @param endpointId `wh_…`
   * @throws WebhooksRequestError 400 `invalid_request` for a wrong cursor or filter, 404 `endpoint_not_found` if the
   *   endpoint never existed or its log is deleted
   */
  async listOf(
    tenantId: string,
    endpointId: string,
    filter: DeliveryFilter = {},
    { tx }: ReadContext = {},
  ): Promise<Page<WebhookDelivery>> {
    const store = boundTo(this.store, tx);
    if (!(await this.log.hasEndpoint(tenantId, endpointId, store))) throw notFound('endpoint');
    return this.log.list(tenantId, { ...filter, endpointId }, store);
  }

  /**
   * One delivery with its body and all its attempts.
   *
   * @throws WebhooksRequestError 404 `delivery_not_found`
   */
  async get(tenantId: string, id: string, { tx }: ReadContext = {}): Promise<WebhookDeliveryDetail> {
    return this.log.get(tenantId, id, boundTo(this.store, tx));
  }

  /**
   * Sends a delivery now, with the same id and bytes; the numbers of its attempts continue. A finished delivery begins its
   * schedule anew, however it ended. For a waiting delivery, this is the next attempt, and its schedule continues
   * afterwards. The delivery may still have to wait: for the order of its subject, for a limit, or for the end of a pause
   * (the endpoint's, or one that the receiver asked for). `waits` of the result names the reason.
   *
   * @throws WebhooksRequestError 404 `delivery_not_found`; 409 `delivery_being_sent`; 409 `delivery_not_rendered` or
   *   `delivery_erased` if the delivery has no body; 409 `endpoint_closed` if its endpoint is disabled or deleted
   */
  async retry(tenantId: string, id: string, context: CallContext = {}): Promise<WebhookDeliveryDetail> {
    const delivery = await this.store.inTransaction(context.tx, async (tx) => {
      const locked = await lock(tx, tenantId, id);
      if (locked.state === 'sending') throw beingSentError();
      if (locked.reason === 'render-failed' || locked.reason === 'profile-cannot-express') {
        throw conflict(
          'delivery_not_rendered',
          locked.reason === 'render-failed'
            ? 'This delivery has no body to send: rendering its event failed.'
            : 'This delivery has no body to send: the profile has no request for this type of event.',
        );
      }
      if (locked.isErased)
        throw conflict('delivery_erased', 'This delivery has no body to send: it was erased.');
      if (locked.laneState === 'closed') throw endpointClosedError();
      await tx.requeueDeliveries(locked.laneId, [locked.id]);
      return this.log.get(tenantId, id, tx);
    });
    this.record('delivery.retried', tenantId, delivery, context);
    return delivery;
  }

  /**
   * Discards a waiting delivery, with the reason `cancelled`.
   *
   * @throws WebhooksRequestError 404 `delivery_not_found`, 409 `delivery_being_sent` or `delivery_finished`
   */
  async cancel(tenantId: string, id: string, context: CallContext = {}): Promise<WebhookDeliveryDetail> {
    const delivery = await this.store.inTransaction(context.tx, async (tx) => {
      const locked = await lock(tx, tenantId, id);
      if (locked.state === 'sending') throw beingSentError();
      if (locked.state !== 'pending') {
        throw conflict('delivery_finished', 'This delivery is finished: there is nothing to cancel.');
      }
      await tx.cancelDelivery(locked.id);
      return this.log.get(tenantId, id, tx);
    });
    this.record('delivery.cancelled', tenantId, delivery, context);
    return delivery;
  }

  private record(
    action: AuditAction,
    tenantId: string,
    { id: deliveryId, endpointId }: WebhookDelivery,
    { actor, request }: CallContext,
  ): void {
    this.audit.record({ action, tenantId, deliveryId, endpointId: endpointId ?? undefined, actor, request });
  }
}

async function lock(tx: DeliveryStore, tenantId: string, id: string): Promise<LockedDelivery> {
  const number = typeof id === 'string' ? decodeDeliveryId(id) : null;
  const locked = number === null ? null : await tx.lockDelivery(tenantId, number);
  if (!locked) throw notFound('delivery');
  return locked;
}

function beingSentError(): Error {
  return conflict(
    'delivery_being_sent',
    'This delivery is being sent right now. Try again after this attempt.',
  );
}

function endpointClosedError(): Error {
  return conflict(
    'endpoint_closed',
    'The webhook of this delivery is disabled or deleted. Resume it, or register another one.',
  );
}
