import { EntitySchema } from 'typeorm';
import { key } from './columns.js';

/**
 * Marks an event that is not relayed yet. Written with the event, and deleted when the relay inserts its deliveries, if it has
 * any. So the relay never updates the event itself.
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
