import { type EntityManager, In } from 'typeorm';
import { tryParseJson } from '../../core/parse-json.js';
import { requireTenant } from '../../core/tenant.js';
import type { SubjectEvent, SubscriberRecord } from '../delivery-store.js';
import type { StoredEvent } from '../outbox-store.js';
import { WebhookEndpointRow } from '../schema/endpoint.entity.js';
import { WebhookEventRow } from '../schema/event.entity.js';
import { WebhookUnrelayedRow } from '../schema/unrelayed.entity.js';

export async function listSubjectEvents(
  manager: EntityManager,
  tenantId: string,
  subject: string,
  limit: number,
  before?: string,
): Promise<SubjectEvent[]> {
  const query = manager
    .createQueryBuilder(WebhookEventRow, 'e')
    .where('e.tenantId = :tenantId', { tenantId: requireTenant(tenantId) })
    .andWhere('e.subject = :subject', { subject })
    .orderBy('e.sequence', 'DESC')
    .limit(limit);
  if (before !== undefined) query.andWhere('e.sequence < :before', { before });
  const rows = await query.getMany();
  return rows.map(({ data, ...row }) => ({ ...row, data: tryParseJson(data) }));
}

export async function listUnrelayed(
  manager: EntityManager,
  sequences: readonly string[],
): Promise<Set<string>> {
  const rows = await manager.findBy(WebhookUnrelayedRow, { sequence: In([...sequences]) });
  return new Set(rows.map(({ sequence }) => sequence));
}

/** The tenant's endpoints that existed at `time` (epoch ms) or later, oldest first. Includes deleted ones. */
export async function listEndpointsExistingAfter(
  manager: EntityManager,
  tenantId: string,
  time: number,
): Promise<SubscriberRecord[]> {
  return manager
    .createQueryBuilder(WebhookEndpointRow, 'e')
    .select(['e.id', 'e.url', 'e.description', 'e.profile', 'e.events', 'e.phoneNumbers'])
    .addSelect(['e.state', 'e.stateReason', 'e.createdAt', 'e.deletedAt'])
    .where('e.tenantId = :tenantId', { tenantId: requireTenant(tenantId) })
    .andWhere('(e.deletedAt is null or e.deletedAt >= :time)', { time })
    .orderBy('e.createdAt', 'ASC')
    .addOrderBy('e.id', 'ASC')
    .getMany();
}

/** The data of events, parsed, by sequence; `undefined`: it is not valid JSON. */
export async function readEventData(
  manager: EntityManager,
  sequences: readonly string[],
): Promise<Map<string, unknown>> {
  const rows = await manager.find(WebhookEventRow, {
    select: { sequence: true, data: true },
    where: { sequence: In([...sequences]) },
  });
  return new Map(rows.map(({ sequence, data }) => [sequence, tryParseJson(data)]));
}

export async function listEvents(manager: EntityManager, type?: string): Promise<StoredEvent[]> {
  const query = manager
    .createQueryBuilder(WebhookEventRow, 'e')
    .select(['e.sequence', 'e.id', 'e.type', 'e.tenantId', 'e.subject', 'e.data'])
    .orderBy('e.sequence');
  if (type !== undefined) query.where('e.type = :type', { type });
  const rows = await query.getMany();
  return rows.map((row) => ({
    uuid: row.id,
    type: row.type,
    tenantId: row.tenantId,
    subject: row.subject,
    data: row.data,
  }));
}
