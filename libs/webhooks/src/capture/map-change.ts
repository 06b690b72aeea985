import type { EntityManager, ObjectLiteral } from 'typeorm';
import { newUuid } from '../core/ids.js';
import type { WebhookEventInput } from '../events/event.js';
import { checkEvent } from '../outbox/check-event.js';
import type { EventRules } from '../outbox/event-rules.js';
import type { ChangedRow, ClaimedChange } from '../store/change-store.js';
import type { NewEvent } from '../store/outbox-store.js';
import type { Capture, CapturedEvent } from './definition/capture.js';

/** What `mapChange` needs besides the change. */
export interface MapSurroundings {
  manager: EntityManager;
  rules: EventRules;
}

/**
 * The event of a change, checked and serialized; `null`: there is no event. Rejects with what the map throws, and with
 * an `InvalidEventError` if the event cannot be stored.
 */
export async function mapChange(
  capture: Capture,
  change: ClaimedChange,
  { before, after }: ChangedRow,
  { manager, rules }: MapSurroundings,
): Promise<NewEvent | null> {
  const tenantId = readTenant(capture, (after ?? before)!);
  const changedAt = new Date(change.createdAt);
  const event = (await capture.map(after, before, { tenantId, changedAt, manager })) as
    CapturedEvent | null | undefined;
  if (event === null || event === undefined) return null;
  const complete = { tenantId, occurredAt: changedAt, ...event } as WebhookEventInput;
  const checked = checkEvent(complete, 0, rules);
  return { ...checked, uuid: newUuid(change.createdAt, change.eventId) };
}

/** Converts numbers to text. Returns any other value unchanged: `checkEvent` refuses it if it is not text. */
function readTenant(capture: Capture, row: ObjectLiteral): string {
  const tenant = capture.tenantOf(row);
  return (typeof tenant === 'number' || typeof tenant === 'bigint' ? String(tenant) : tenant) as string;
}
