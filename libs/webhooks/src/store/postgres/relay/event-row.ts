import { tryParseJson } from '../../../core/parse-json.js';
import type { ClaimedEvent } from '../../outbox-store.js';

/** SQL: what {@link toClaimedEvent} needs of the event `e`, without its data. */
export const EVENT_COLUMNS =
  'e.sequence, e.id, e.type, e.tenant_id, e.occurred_at, e.created_at, e.subject, e.source, e.callback_url, e.test, e.endpoint_id, e.traceparent';

/** PostgreSQL's `bigint` arrives as text. */
export interface EventRow {
  sequence: string;
  id: string;
  type: string;
  tenant_id: string;
  occurred_at: string;
  created_at: string;
  subject: string | null;
  source: string | null;
  callback_url: string | null;
  test: boolean;
  endpoint_id: string | null;
  traceparent: string | null;
}

export function toClaimedEvent(
  row: EventRow,
  text: string,
  facts: Pick<ClaimedEvent, 'followsEarlier' | 'isLarge'>,
): ClaimedEvent {
  const data = tryParseJson(text);
  return {
    sequence: row.sequence,
    uuid: row.id,
    type: row.type,
    tenantId: row.tenant_id,
    occurredAt: Number(row.occurred_at),
    createdAt: Number(row.created_at),
    subject: row.subject,
    source: row.source,
    callbackUrl: row.callback_url,
    test: row.test,
    endpointId: row.endpoint_id,
    traceparent: row.traceparent,
    ...facts,
    data,
    isDamaged: data === undefined,
  };
}
