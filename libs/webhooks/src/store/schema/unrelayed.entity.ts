import { EntitySchema } from 'typeorm';
import { key } from './columns.js';

/**
 * Marks an event that is not relayed yet. The mark is written with the event, and deleted in the transaction that inserts
 * the event's deliveries. So the relay never updates the event itself.
 */
export class WebhookUnrelayedRow {
  sequence!: string;
}

export const createUnrelayedSchema = (prefix: string): EntitySchema<WebhookUnrelayedRow> =>
  new EntitySchema<WebhookUnrelayedRow>({
    target: WebhookUnrelayedRow,
    name: 'WebhookUnrelayedRow',
    tableName: `${prefix}webhook_unrelayed`,
    columns: { sequence: key('sequence', { primary: true }) },
  });
