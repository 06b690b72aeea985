import { EntitySchema } from 'typeorm';
import { instant, integer, json, key, nullable, text } from './columns.js';

/** A message to the owner of an endpoint, written with the state change that causes it. */
export class WebhookAlertRow {
  id!: string;
  tenantId!: string;
  endpointId!: string | null;
  /** `endpoint.failing`, `endpoint.will_be_disabled`, `endpoint.disabled`, `endpoint.recovered`, `endpoint.backlog_filling`, `delivery.exhausted`, `delivery.failed`, `alerts.summary`. */
  kind!: string;
  /** Unique: two workers that see the same change write one row. */
  dedupeKey!: string;
  data!: Record<string, unknown>;
  createdAt!: number;
  /** When to try to send it, or until when a sender holds it; `null`: sent, or given up. */
  nextAt!: number | null;
  sentAt!: number | null;
  /** Number of tries to send it. A sender's result counts only if this number is still the same. */
  attempts!: number;
  error!: string | null;
  /** Names of the channels that have taken it. */
  takenBy!: string[] | null;
  /**
   * Address of the mail. Set when the alert is mailed or held back for the first time; for a summary, when it is written. `null`:
   * not mailed and not held back.
   */
  recipient!: string | null;
  /** When it was counted against the maximum of mails that the recipient may get in a day. */
  mailedAt!: number | null;
  /** When it was held back, because the recipient had got the day's maximum of mails. A summary counts it. */
  heldAt!: number | null;
}

export const createAlertSchema = (prefix: string): EntitySchema<WebhookAlertRow> =>
  new EntitySchema<WebhookAlertRow>({
    target: WebhookAlertRow,
    name: 'WebhookAlertRow',
    tableName: `${prefix}webhook_alerts`,
    columns: {
      id: key('id', { primary: true, generated: 'increment' }),
      tenantId: text('tenant_id', 255),
      endpointId: { type: 'uuid', name: 'endpoint_id', nullable: true },
      kind: text('kind', 32),
      dedupeKey: text('dedupe_key', 255),
      data: json('data'),
      createdAt: instant('created_at'),
      nextAt: instant('next_at', nullable),
      sentAt: instant('sent_at', nullable),
      attempts: integer('attempts', { default: 0 }),
      error: text('error', 500, nullable),
      takenBy: json('taken_by', nullable),
      recipient: text('recipient', 320, nullable),
      mailedAt: instant('mailed_at', nullable),
      heldAt: instant('held_at', nullable),
    },
    indices: [
      { name: `${prefix}webhook_alerts_dedupe`, columns: ['dedupeKey'], unique: true },
      { name: `${prefix}webhook_alerts_due`, columns: ['nextAt'], where: 'next_at is not null' },
      { name: `${prefix}webhook_alerts_tenant`, columns: ['tenantId', 'id'] },
      {
        name: `${prefix}webhook_alerts_recipient`,
        columns: ['tenantId', 'recipient'],
        where: 'recipient is not null',
      },
    ],
  });
