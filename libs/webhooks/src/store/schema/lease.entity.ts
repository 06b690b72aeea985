import { EntitySchema } from 'typeorm';
import { instant, key, text } from './columns.js';

/**
 * A worker's claim on everything it takes within a few seconds. Its number is the fencing token. Deleted when all of
 * it is recorded; one that runs out is recovered by any other worker.
 */
export class WebhookLeaseRow {
  id!: string;
  /** `host:pid:random`, for people. */
  owner!: string;
  expiresAt!: number;
  /** No delivery handed over under this lease has a smaller number: where recovery starts to look. */
  firstDeliveryId!: string;
}

export const leaseSchema = (prefix: string): EntitySchema<WebhookLeaseRow> =>
  new EntitySchema<WebhookLeaseRow>({
    target: WebhookLeaseRow,
    name: 'WebhookLeaseRow',
    tableName: `${prefix}webhook_leases`,
    columns: {
      id: key('id', { primary: true, generated: 'increment' }),
      owner: text('owner', 128),
      expiresAt: instant('expires_at'),
      firstDeliveryId: key('first_delivery_id'),
    },
  });
