import { catalogueEntry } from './catalogue.js';
import type { WebhookEvent } from '../event.js';
import type { CatalogueEventMap, CatalogueEventType } from '../event-map.js';

/**
 * Returns a test event with the catalogue's example data. Its ids are visibly fake (`msg_test_…`). They end with the last
 * digits of its `uuid`, so that no receiver drops the next test as a duplicate.
 *
 * @param fields values that replace the example's. Set `uuid` (`newUuid()`) and `tenantId` for an event that is sent. Without
 * `fields`, every call returns the same example
 */
export function eventExample(type: CatalogueEventType, fields: Partial<WebhookEvent> = {}): WebhookEvent {
  const uuid = fields.uuid ?? '018d0c9c-5e58-7000-8000-001234567890';
  const occurredAt = fields.occurredAt ?? Date.UTC(2024, 0, 15, 10, 30, 15);
  const data = exampleData(type, uuid.slice(-12), occurredAt);
  return {
    sequence: '1',
    uuid,
    type,
    tenantId: 'tenant_test',
    occurredAt,
    createdAt: occurredAt,
    subject: subjectOf(data),
    source: null,
    callbackUrl: null,
    test: true,
    data,
    ...fields,
  };
}

/** Returns a test event of the host's own type, with this data. */
export function ownEventExample(
  type: string,
  data: unknown,
  fields: Partial<WebhookEvent> = {},
): WebhookEvent {
  return { ...eventExample('webhook.test', fields), type, subject: null, data };
}

type Data = CatalogueEventMap[CatalogueEventType];

const HEARTBEAT_AGE_MS = { 'phone.offline': 65 * 60_000, 'phone.online': 0 };

function exampleData(type: CatalogueEventType, idSuffix: string, occurredAt: number): Data {
  const data: Data = catalogueEntry(type).example;
  if ('phone' in data) {
    const ageMs = HEARTBEAT_AGE_MS[type as keyof typeof HEARTBEAT_AGE_MS];
    return {
      phone: {
        ...data.phone,
        id: `phone_test_${idSuffix}`,
        lastHeartbeatAt: new Date(occurredAt - ageMs).toISOString(),
      },
    };
  }
  if ('message' in data && typeof data.message === 'object')
    return { message: { ...data.message, id: `msg_test_${idSuffix}` } };
  return data;
}

function subjectOf(data: Data): string | null {
  if ('phone' in data) return data.phone.id;
  if ('optIn' in data) return data.optIn.from;
  return typeof data.message === 'object' ? String(data.message.id) : null;
}
