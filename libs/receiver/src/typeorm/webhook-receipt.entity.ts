import { EntitySchema } from 'typeorm';

/** A claim on one webhook. */
export class WebhookReceipt {
  /** SHA-256 of the key in hex: it has a fixed length, and no collation treats two different ones as equal. */
  keyDigest!: string;
  /** Created by the caller whose claim succeeded. */
  token!: string;
  /** Epoch milliseconds. Most drivers return `bigint` as a string. */
  expiresAt!: string;
}

/** Add it to the data source's `entities`. Your own migration creates the table. */
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
