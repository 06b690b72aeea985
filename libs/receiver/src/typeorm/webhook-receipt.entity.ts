import { EntitySchema } from 'typeorm';

/** What is known of one webhook: that it is being handled, or done. */
export class WebhookReceipt {
  /** SHA-256 of the key in hex: the digest has a fixed length, and no collation treats two different digests as equal. */
  keyDigest!: string;
  /** The token of the lease (begins with `lease:`) if the webhook is being handled; anything else if it is done. */
  token!: string;
  /** When the lease ends or the key is forgotten (epoch milliseconds). Most drivers return `bigint` as a string. */
  expiresAt!: string;
}

/** Add this schema to the data source's `entities`. Your own migration creates the table. */
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
