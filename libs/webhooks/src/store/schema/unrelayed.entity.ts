import { EntitySchema } from 'typeorm';
import { key } from './columns.js';

/**
 * An event that has no deliveries yet: its number alone. Written with the event and deleted with the making of its
 * deliveries, so that the event itself is never written again.
 */
export class WebhookUnrelayedRow {
  sequence!: string;
}

export const unrelayedSchema = (prefix: string): EntitySchema<WebhookUnrelayedRow> =>
  new EntitySchema<WebhookUnrelayedRow>({
    target: WebhookUnrelayedRow,
    name: 'WebhookUnrelayedRow',
    tableName: `${prefix}webhook_unrelayed`,
    columns: { sequence: key('sequence', { primary: true }) },
  });
