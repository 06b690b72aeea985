import { EntitySchema } from 'typeorm';
import { instant, nullable, text } from '../columns.js';

/** The `Idempotency-Key` of a call, with its response. Kept for a day. */
export class WebhookIdempotencyKeyRow {
  tenantId!: string;
  route!: string;
  key!: string;
  /** SHA-256 of what the call asked for. */
  fingerprint!: string;
  createdAt!: number;
  /** Set while the first call runs. */
  lockedUntil!: number | null;
  /** JSON, sealed like a secret because it may hold one. `null`: the call runs, or its process has died. */
  answer!: string | null;
}

export const createIdempotencyKeySchema = (prefix: string): EntitySchema<WebhookIdempotencyKeyRow> =>
  new EntitySchema<WebhookIdempotencyKeyRow>({
    target: WebhookIdempotencyKeyRow,
    name: 'WebhookIdempotencyKeyRow',
    tableName: `${prefix}webhook_idempotency_keys`,
    columns: {
      tenantId: text('tenant_id', 255, { primary: true }),
      route: text('route', 64, { primary: true }),
      key: text('key', 255, { primary: true }),
      fingerprint: text('fingerprint', 64),
      createdAt: instant('created_at'),
      lockedUntil: instant('locked_until', nullable),
      answer: { type: 'text', name: 'answer', nullable: true },
    },
    indices: [{ name: `${prefix}webhook_idempotency_keys_created`, columns: ['createdAt'] }],
  });
