import { EntitySchema } from 'typeorm';
import { instant, integer, key, nullable, text } from './columns.js';

/** An attempt that is not the last of its delivery. Written when a later attempt is recorded. */
export class WebhookAttemptRow {
  deliveryId!: string;
  number!: number;
  startedAt!: number;
  durationMs!: number | null;
  status!: number | null;
  error!: string | null;
  response!: string | null;
  /** For a failed attempt: the headers of the response, as JSON. The JSON also contains the attempt's number. */
  responseHeaders!: string | null;
}

export const createAttemptSchema = (prefix: string): EntitySchema<WebhookAttemptRow> =>
  new EntitySchema<WebhookAttemptRow>({
    target: WebhookAttemptRow,
    name: 'WebhookAttemptRow',
    tableName: `${prefix}webhook_attempts`,
    columns: {
      deliveryId: key('delivery_id', { primary: true }),
      number: integer('number', { primary: true }),
      startedAt: instant('started_at'),
      durationMs: integer('duration_ms', nullable),
      status: integer('status', nullable),
      error: text('error', 32, nullable),
      response: { type: 'text', name: 'response', nullable: true },
      responseHeaders: { type: 'text', name: 'response_headers', nullable: true },
    },
  });
