import { EntitySchema } from 'typeorm';
import { instant, integer, key, nullable, text } from './columns.js';

/**
 * A change of a row in a table of the host, written by a trigger in the host's transaction. It is deleted in the
 * transaction that publishes its event.
 */
export class WebhookChangeRow {
  /** Name of the capture: the path of the host's table and its column, such as `sms.message.status`. */
  capture!: string;
  /**
   * 0: no worker has tried the change. Otherwise the time of the next try: the map has failed for this change, or for an
   * earlier change of the same row.
   */
  dueAt!: number;
  id!: string;
  /** Random. Becomes part of the event's id, so that the event has the same id if the map runs again. */
  eventId!: string;
  createdAt!: number;
  /** Number of failed calls of the map. */
  attempts!: number;
  /** Primary key of the host's row as text. Set when the change gets a due time, so that later changes of the row wait. */
  rowKey!: string | null;
  /** The last error of the map. */
  error!: string | null;
  /** The host's row before the change, as JSON; `null` for an insert. */
  rowBefore!: object | null;
  /** The host's row after the change, as JSON; `null` for a delete. */
  rowAfter!: object | null;
}

export const createChangeSchema = (prefix: string): EntitySchema<WebhookChangeRow> =>
  new EntitySchema<WebhookChangeRow>({
    target: WebhookChangeRow,
    name: 'WebhookChangeRow',
    tableName: `${prefix}webhook_changes`,
    columns: {
      capture: text('capture', 255, { primary: true }),
      dueAt: instant('due_at', { primary: true, default: '0' }),
      id: key('id', { primary: true, generated: 'increment' }),
      eventId: { type: 'uuid', name: 'event_id' },
      createdAt: instant('created_at'),
      attempts: integer('attempts', { default: 0 }),
      rowKey: { type: 'text', name: 'row_key', nullable: true },
      error: text('error', 500, nullable),
      rowBefore: { type: 'jsonb', name: 'row_before', nullable: true },
      rowAfter: { type: 'jsonb', name: 'row_after', nullable: true },
    },
    indices: [
      {
        name: `${prefix}webhook_changes_row`,
        columns: ['capture', 'rowKey', 'id'],
        where: 'due_at > 0',
      },
    ],
  });
