import { type EntityManager, In } from 'typeorm';
import { tryParseJson } from '../../core/parse-json.js';
import type { StoredEvent } from '../outbox-store.js';
import { WebhookEventRow } from '../schema/event.entity.js';
import { WebhookUnrelayedRow } from '../schema/unrelayed.entity.js';

// No statement calls listeners, because the host's subscribers are for the host's entities.

export async function listUnrelayed(
  manager: EntityManager,
  sequences: readonly string[],
): Promise<Set<string>> {
  const rows = await manager
    .createQueryBuilder(WebhookUnrelayedRow, 'u')
    .callListeners(false)
    .where({ sequence: In([...sequences]) })
    .getMany();
  return new Set(rows.map(({ sequence }) => sequence));
}

/** The parsed data of events, by sequence; `undefined` if it is not valid JSON. */
export async function readEventData(
  manager: EntityManager,
  sequences: readonly string[],
): Promise<Map<string, unknown>> {
  const rows = await manager
    .createQueryBuilder(WebhookEventRow, 'e')
    .callListeners(false)
    .select(['e.sequence', 'e.data'])
    .where({ sequence: In([...sequences]) })
    .getMany();
  return new Map(rows.map(({ sequence, data }) => [sequence, tryParseJson(data)]));
}

export async function readLastSequence(manager: EntityManager): Promise<string> {
  const last = await manager
    .createQueryBuilder(WebhookEventRow, 'e')
    .callListeners(false)
    .select(['e.sequence'])
    .orderBy('e.sequence', 'DESC')
    .limit(1)
    .getOne();
  return last?.sequence ?? '0';
}

export async function listEvents(
  manager: EntityManager,
  after: string,
  type?: string,
): Promise<StoredEvent[]> {
  const query = manager
    .createQueryBuilder(WebhookEventRow, 'e')
    .callListeners(false)
    .select(['e.sequence', 'e.id', 'e.type', 'e.tenantId', 'e.subject', 'e.data'])
    .where('e.sequence > :after', { after })
    .orderBy('e.sequence');
  if (type !== undefined) query.andWhere('e.type = :type', { type });
  const rows = await query.getMany();
  return rows.map((row) => ({
    uuid: row.id,
    type: row.type,
    tenantId: row.tenantId,
    subject: row.subject,
    data: row.data,
  }));
}
