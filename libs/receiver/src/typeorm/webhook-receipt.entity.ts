import { EntitySchema } from 'typeorm';

/** A claim on one webhook. */
export class WebhookReceipt {
  /** SHA-256 of the key in hex: of one length, and equal only if equal, whatever the database's collation. */
  keyDigest!: string;
  /** Made by the claim that won. */
  token!: string;
  /** Epoch milliseconds; `bigint` arrives as text from most drivers. */
  expiresAt!: string;
}

/** Add it to the data source's `entities`; the host's own migration creates the table. */
export const webhookReceiptSchema: EntitySchema<WebhookReceipt> = new EntitySchema<WebhookReceipt>({
  target: WebhookReceipt,
  name: 'WebhookReceipt',
  tableName: 'webhook_receipts',
  columns: {
    keyDigest: { type: 'varchar', length: 64, name: 'key_digest', primary: true },
    token: { type: 'varchar', length: 36, name: 'token' },
    expiresAt: { type: 'bigint', name: 'expires_at' },
  },
  indices: [{ name: 'webhook_receipts_expires_at', columns: ['expiresAt'] }],
});
