import type { EntityManager } from 'typeorm';
import { requireTenant } from '../../core/tenant.js';
import type { AttemptRecord } from '../delivery-store.js';
import { WebhookAttemptRow } from '../schema/attempt.entity.js';
import { WebhookDeliveryRow } from '../schema/delivery.entity.js';
import { WebhookEventRow } from '../schema/event.entity.js';
import { WebhookLaneRow } from '../schema/lane.entity.js';

// No statement calls listeners, because the host's subscribers are for the host's entities.

export async function listAttempts(manager: EntityManager, deliveryId: string): Promise<AttemptRecord[]> {
  return manager
    .createQueryBuilder(WebhookAttemptRow, 'a')
    .callListeners(false)
    .where({ deliveryId })
    .orderBy('a.number')
    .getMany();
}

export async function listDeliveryIdsOfEvent(
  manager: EntityManager,
  tenantId: string,
  eventUuid: string,
): Promise<string[]> {
  const rows = await manager
    .createQueryBuilder(WebhookDeliveryRow, 'd')
    .callListeners(false)
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
