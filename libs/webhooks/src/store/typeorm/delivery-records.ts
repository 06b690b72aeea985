import type { EntityManager } from 'typeorm';
import type { Reason } from '../../core/states.js';
import { requireTenant } from '../../core/tenant.js';
import type { AttemptRecord, DeliveryRecord } from '../delivery-store.js';
import { WebhookAttemptRow } from '../schema/attempt.entity.js';
import { WebhookDeliveryRow } from '../schema/delivery.entity.js';
import { WebhookEndpointRow } from '../schema/endpoint.entity.js';
import { WebhookEventRow } from '../schema/event.entity.js';
import { WebhookLaneRow } from '../schema/lane.entity.js';

type JoinedDelivery = WebhookDeliveryRow & {
  event: WebhookEventRow;
  lane: WebhookLaneRow;
  endpoint: WebhookEndpointRow | null;
};

export async function listAttempts(manager: EntityManager, deliveryId: string): Promise<AttemptRecord[]> {
  return manager.find(WebhookAttemptRow, { where: { deliveryId }, order: { number: 'ASC' } });
}

/** Selects columns by name: bodies, data and secrets are large or secret, and one that cannot be read must not matter. */
export async function listDeliveriesOfEvents(
  manager: EntityManager,
  tenantId: string,
  sequences: readonly string[],
): Promise<DeliveryRecord[]> {
  requireTenant(tenantId);
  if (sequences.length === 0) return [];
  const rows = await manager
    .createQueryBuilder(WebhookDeliveryRow, 'd')
    .innerJoinAndMapOne('d.lane', WebhookLaneRow, 'l', 'l.id = d.laneId')
    .innerJoinAndMapOne('d.event', WebhookEventRow, 'e', 'e.sequence = d.eventSequence')
    .leftJoinAndMapOne('d.endpoint', WebhookEndpointRow, 'w', 'w.id = l.endpointId')
    .select(['d.id', 'd.state', 'd.reason', 'd.wireType', 'd.callbackUrl', 'd.nextAt', 'd.attempts'])
    .addSelect(['d.createdAt', 'd.finishedAt', 'd.attemptAt', 'd.durationMs', 'd.status', 'd.error'])
    .addSelect(['d.response', 'l.id', 'l.endpointId', 'l.holdUntil', 'w.id', 'w.url'])
    .addSelect(['e.sequence', 'e.id', 'e.type', 'e.subject', 'e.occurredAt', 'e.test'])
    .where('d.eventSequence in (:...sequences)', { sequences })
    .andWhere('l.tenantId = :tenantId', { tenantId })
    .orderBy('d.id', 'ASC')
    .getMany();
  return (rows as JoinedDelivery[]).map(toDeliveryRecord);
}

export async function listDeliveryIdsOfEvent(
  manager: EntityManager,
  tenantId: string,
  eventUuid: string,
): Promise<string[]> {
  const rows = await manager
    .createQueryBuilder(WebhookDeliveryRow, 'd')
    .innerJoin(WebhookEventRow, 'e', 'e.sequence = d.eventSequence')
    .select(['d.id'])
    .where('e.id = :eventUuid', { eventUuid })
    .andWhere('e.tenantId = :tenantId', { tenantId: requireTenant(tenantId) })
    .orderBy('d.id', 'ASC')
    .getMany();
  return rows.map(({ id }) => id);
}

export function hasLane(manager: EntityManager, tenantId: string, endpointId: string): Promise<boolean> {
  return manager.existsBy(WebhookLaneRow, { endpointId, tenantId: requireTenant(tenantId) });
}

function toDeliveryRecord({ event, lane, endpoint, ...delivery }: JoinedDelivery): DeliveryRecord {
  const { callbackUrl, nextAt } = delivery;
  return {
    ...delivery,
    reason: delivery.reason as Reason | null,
    nextAt: nextAt === null ? lane.holdUntil : Math.max(nextAt, lane.holdUntil ?? nextAt),
    endpointId: lane.endpointId,
    url: callbackUrl ?? endpoint?.url ?? null,
    eventId: event.id,
    eventSequence: event.sequence,
    eventType: event.type,
    subject: event.subject,
    occurredAt: event.occurredAt,
    test: event.test,
  };
}
