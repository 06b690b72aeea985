import { EntitySchema } from 'typeorm';
import { key } from './columns.js';

/**
 * Marks an event that has no deliveries yet. Written with the event, and deleted when its deliveries are inserted. So the relay
 * never updates the event itself.
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
