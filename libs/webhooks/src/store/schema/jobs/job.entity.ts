import { EntitySchema } from 'typeorm';
import type { JobKind, JobState } from '../../../core/states.js';
import { instant, integer, json, nullable, text } from '../columns.js';

/** Work that workers do in passes. Each pass stores the progress together with its changes. */
export class WebhookJobRow {
  id!: string;
  tenantId!: string;
  kind!: JobKind;
  state!: JobState;
  endpointId!: string | null;
  /** What to do, as JSON. Depends on the kind. */
  parameters!: unknown;
  /** Where the next pass continues. */
  cursor!: string | null;
  /** The amount of work, counted up to a limit. */
  matched!: number;
  done!: number;
  /** Number of deliveries that the job has created. */
  deliveries!: number;
  /** Number of passes that failed in a row. */
  attempts!: number;
  error!: string | null;
  createdAt!: number;
  updatedAt!: number;
  finishedAt!: number | null;
  /** When the next pass is due; `null`: never. */
  nextAt!: number | null;
}

export const createJobSchema = (prefix: string): EntitySchema<WebhookJobRow> =>
  new EntitySchema<WebhookJobRow>({
    target: WebhookJobRow,
    name: 'WebhookJobRow',
    tableName: `${prefix}webhook_jobs`,
    columns: {
      id: { type: 'uuid', name: 'id', primary: true },
      tenantId: text('tenant_id', 255),
      kind: text('kind', 32),
      state: text('state', 16),
      endpointId: { type: 'uuid', name: 'endpoint_id', nullable: true },
      parameters: json('parameters'),
      cursor: text('cursor', 64, nullable),
      matched: integer('matched', { default: 0 }),
      done: integer('done', { default: 0 }),
      deliveries: integer('deliveries', { default: 0 }),
      attempts: integer('attempts', { default: 0 }),
      error: text('error', 500, nullable),
      createdAt: instant('created_at'),
      updatedAt: instant('updated_at'),
      finishedAt: instant('finished_at', nullable),
      nextAt: instant('next_at', nullable),
    },
    indices: [
      { name: `${prefix}webhook_jobs_due`, columns: ['nextAt'], where: 'next_at is not null' },
      { name: `${prefix}webhook_jobs_tenant`, columns: ['tenantId', 'createdAt', 'id'] },
      {
        name: `${prefix}webhook_jobs_running`,
        columns: ['endpointId', 'kind'],
        unique: true,
        where: 'finished_at is null',
      },
    ],
  });
