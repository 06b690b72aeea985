export { TypeOrmDedupeStore, type TypeOrmDedupeStoreOptions } from './typeorm-dedupe-store.js';
export { WebhookReceipt, webhookReceiptSchema } from './webhook-receipt.entity.js';
