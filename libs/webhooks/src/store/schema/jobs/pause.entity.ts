import { EntitySchema } from 'typeorm';
import type { PauseScope } from '../../../core/states.js';
import { instant, nullable, text } from '../columns.js';

/** What the operator has paused. */
export class WebhookPauseRow {
  scope!: PauseScope;
  /** By scope: the UUID of an endpoint, the id of a tenant, an origin such as `https://example.com`; empty for `all`. */
  value!: string;
  reason!: string | null;
  createdAt!: number;
  /** Set when the operator ends the pause. The row is deleted after its lanes are released. */
  endedAt!: number | null;
}

export const createPauseSchema = (prefix: string): EntitySchema<WebhookPauseRow> =>
  new EntitySchema<WebhookPauseRow>({
    target: WebhookPauseRow,
    name: 'WebhookPauseRow',
    tableName: `${prefix}webhook_pauses`,
    columns: {
      scope: text('scope', 16, { primary: true }),
      value: text('value', 300, { primary: true }),
      reason: text('reason', 500, nullable),
      createdAt: instant('created_at'),
      endedAt: instant('ended_at', nullable),
    },
  });
