import { EntitySchema } from 'typeorm';
import { flag, instant, key, nullable, text } from './columns.js';

/** A row of the outbox, written in the host's transaction. It changes only when its data is erased. */
export class WebhookEventRow {
  sequence!: string;
  id!: string;
  tenantId!: string;
  type!: string;
  subject!: string | null;
  occurredAt!: number;
  createdAt!: number;
  source!: string | null;
  data!: string;
  callbackUrl!: string | null;
  idempotencyKey!: string | null;
  test!: boolean;
  /** Only for a test event: the endpoint it is for. */
  endpointId!: string | null;
  /** The trace context in which it was published, as in a `traceparent` header. */
  traceparent!: string | null;
  /** When its data was erased. */
  erasedAt!: number | null;
}

export const createEventSchema = (prefix: string): EntitySchema<WebhookEventRow> =>
  new EntitySchema<WebhookEventRow>({
    target: WebhookEventRow,
    name: 'WebhookEventRow',
    tableName: `${prefix}webhook_events`,
    columns: {
      sequence: key('sequence', { primary: true, generated: 'increment' }),
      id: { type: 'uuid', name: 'id' },
      tenantId: text('tenant_id', 255),
      type: text('type', 128),
      subject: text('subject', 255, nullable),
      occurredAt: instant('occurred_at'),
      createdAt: instant('created_at'),
      source: text('source', 255, nullable),
      data: { type: 'text', name: 'data' },
      callbackUrl: { type: 'text', name: 'callback_url', nullable: true },
      idempotencyKey: text('idempotency_key', 255, nullable),
      test: flag('test', { default: false }),
      endpointId: { type: 'uuid', name: 'endpoint_id', nullable: true },
      erasedAt: instant('erased_at', nullable),
      traceparent: text('traceparent', 64, nullable),
    },
    indices: [
      { name: `${prefix}webhook_events_id`, columns: ['id'], unique: true },
      { name: `${prefix}webhook_events_subject`, columns: ['tenantId', 'subject', 'sequence'] },
      { name: `${prefix}webhook_events_tenant`, columns: ['tenantId', 'createdAt', 'sequence'] },
      {
        name: `${prefix}webhook_events_idempotency`,
        columns: ['tenantId', 'idempotencyKey'],
        unique: true,
        where: 'idempotency_key is not null',
      },
    ],
  });
