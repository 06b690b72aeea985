import { Injectable } from '@nestjs/common';
import { type AuditAction, WebhookAudit } from '../observability/audit.js';
import { type CallContext, inTransaction } from '../core/call-context.js';
import { Session } from '../store/postgres/connection/session.js';
import { decodeDeliveryId } from '../core/ids.js';
import type { Page } from '../core/page.js';
import { CommitListener } from '../store/typeorm/commit-listener.js';
import { conflict, notFound } from '../core/request-error.js';
import type { DeliveryFilter } from './delivery-filter.js';
import { DeliveryLog } from './delivery-log.js';
import type { WebhookDelivery, WebhookDeliveryDetail } from './delivery.js';
import {
  cancelDelivery,
  lockDelivery,
  requeueDeliveries,
} from '../store/postgres/deliveries/requeue-deliveries.js';

/** A tenant's deliveries: what became of them, and sending them again. Another tenant's are a 404. */
@Injectable()
export class WebhookDeliveries {
  constructor(
    private readonly database: Session,
    private readonly log: DeliveryLog,
    private readonly commits: CommitListener,
    private readonly audit: WebhookAudit,
  ) {}

  /** Newest first. See {@link DeliveryLog.list}. */
  list(tenantId: string, filter: DeliveryFilter = {}): Promise<Page<WebhookDelivery>> {
    return this.log.list(tenantId, filter);
  }

  /** Those of one endpoint, deleted or not. Throws a 404 where there never was one, or its log is gone. */
  async listOf(
    tenantId: string,
    endpointId: string,
    filter: DeliveryFilter = {},
  ): Promise<Page<WebhookDelivery>> {
    if (!(await this.log.hasEndpoint(tenantId, endpointId))) throw notFound('endpoint');
    return this.log.list(tenantId, { ...filter, endpointId });
  }

  get(tenantId: string, id: string): Promise<WebhookDeliveryDetail> {
    return this.log.get(tenantId, id);
  }

  /**
   * Sends a finished delivery again, whatever its end: same id, same bytes, the schedule from its start, the attempts'
   * numbers going on. Throws a 409 where it is not finished, has no body to send, or its endpoint takes nothing.
   */
  async retry(tenantId: string, id: string, context: CallContext = {}): Promise<WebhookDeliveryDetail> {
    const delivery = await inTransaction(this.database, context, async (tx) => {
      const found = await lockDelivery(this.database, tx, tenantId, numberOf(id));
      if (!found) throw notFound('delivery');
      if (found.state === 'pending' || found.state === 'sending') {
        throw conflict(
          'delivery_not_finished',
          'This delivery is still being tried. Wait for its end, or cancel it.',
        );
      }
      if (found.reason === 'render-failed') {
        throw conflict(
          'delivery_not_rendered',
          'There is nothing to send: the body of this delivery could not be made when its event came.',
        );
      }
      if (found.laneState === 'closed') throw endpointClosedError();
      await requeueDeliveries(this.database, tx, found.laneId, [found.id]);
      this.commits.noteLanes(tx.queryRunner!);
      return this.log.get(tenantId, id, tx);
    });
    this.record('delivery.retried', tenantId, delivery, context);
    return delivery;
  }

  /** Gives up a delivery that waits. Throws a 409 where it is being sent or finished. */
  async cancel(tenantId: string, id: string, context: CallContext = {}): Promise<WebhookDeliveryDetail> {
    const delivery = await inTransaction(this.database, context, async (tx) => {
      const found = await lockDelivery(this.database, tx, tenantId, numberOf(id));
      if (!found) throw notFound('delivery');
      if (found.state === 'sending') {
        throw conflict(
          'delivery_being_sent',
          'This delivery is being sent right now. Try again when the attempt is over.',
        );
      }
      if (found.state !== 'pending') {
        throw conflict('delivery_finished', 'This delivery is finished, so there is nothing to cancel.');
      }
      await cancelDelivery(this.database, tx, found.id);
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

function numberOf(id: string): string {
  const number = typeof id === 'string' ? decodeDeliveryId(id) : null;
  if (number === null) throw notFound('delivery');
  return number;
}

/** 409: nothing can be sent to a disabled or deleted endpoint. */
export function endpointClosedError(): Error {
  return conflict(
    'endpoint_closed',
    'The webhook of this delivery is disabled or deleted. Resume it first, or register it anew.',
  );
}
