import { EntitySchema } from 'typeorm';
import { instant, key, text } from './columns.js';

/**
 * A worker's claim on all deliveries that it takes during the first quarter of the lease. The id of the lease is the
 * fencing token. The row is deleted when the outcomes of all these deliveries are recorded. If the lease expires, any
 * worker rescues the deliveries.
 */
export class WebhookLeaseRow {
  id!: string;
  /** `host:pid:random`, for humans. */
  owner!: string;
  expiresAt!: number;
  /** The rescue starts at this id. Deliveries that were handed over under this lease have this id or a greater id. */
  firstDeliveryId!: string;
}

export const createLeaseSchema = (prefix: string): EntitySchema<WebhookLeaseRow> =>
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
