import { EntitySchema } from 'typeorm';
import { flag, instant, integer, key, nullable, text } from './columns.js';
import type { DeliveryState } from '../../core/states.js';

/**
 * One event for one endpoint or callback. The row holds the last attempt; earlier attempts are in `webhook_attempts`. If a
 * delivery is handed directly to a worker and its first attempt succeeds, no indexed column changes. PostgreSQL can then keep
 * the update on the row's page.
 */
export class WebhookDeliveryRow {
  id!: string;
  eventSequence!: string;
  laneId!: string;
  wireType!: string;
  /**
   * Only for a callback: the profile that rendered its body, because the account's profile may change. An endpoint's
   * profile cannot change.
   */
  profile!: string | null;
  /** URL of a callback; `null`: the endpoint's current URL. */
  callbackUrl!: string | null;
  body!: string;
  /** When its body and responses were erased. */
  erasedAt!: number | null;
  state!: DeliveryState;
  reason!: string | null;
  /**
   * When it is due or, while it is claimed, when its lease expires. `null`: it was handed directly to a worker, or has
   * ended.
   */
  nextAt!: number | null;
  /** True for a retry, and for a delivery of a replay. In each lane, a claim prefers deliveries without this flag. */
  retry!: boolean;
  /** The lease under which it is sent, or was sent before. Outcomes under another lease are ignored. */
  leaseId!: string | null;
  /** Number of claims since the last outcome. */
  claims!: number;
  /** Number of attempts, including those before a manual retry. Also the number of the last attempt. */
  attempts!: number;
  /** Number of attempts before the last manual retry. The schedule counts from there. */
  attemptsBefore!: number;
  createdAt!: number;
  finishedAt!: number | null;
  /** When it ended without success. `recover` and the lists of failures search this column. */
  failedAt!: number | null;
  attemptAt!: number | null;
  durationMs!: number | null;
  status!: number | null;
  error!: string | null;
  response!: string | null;
  /** Only for a failed attempt: the headers of the response and the attempt's number, as JSON. */
  responseHeaders!: string | null;
}

export const createDeliverySchema = (prefix: string): EntitySchema<WebhookDeliveryRow> =>
  new EntitySchema<WebhookDeliveryRow>({
    target: WebhookDeliveryRow,
    name: 'WebhookDeliveryRow',
    tableName: `${prefix}webhook_deliveries`,
    columns: {
      id: key('id', { primary: true, generated: 'increment' }),
      eventSequence: key('event_sequence'),
      laneId: key('lane_id'),
      nextAt: instant('next_at', nullable),
      leaseId: key('lease_id', nullable),
      createdAt: instant('created_at'),
      finishedAt: instant('finished_at', nullable),
      failedAt: instant('failed_at', nullable),
      attemptAt: instant('attempt_at', nullable),
      durationMs: integer('duration_ms', nullable),
      status: integer('status', nullable),
      claims: integer('claims', { default: 0 }),
      attempts: integer('attempts', { default: 0 }),
      attemptsBefore: integer('attempts_before', { default: 0 }),
      retry: flag('retry', { default: false }),
      state: text('state', 16),
      wireType: text('wire_type', 128),
      profile: text('profile', 32, nullable),
      reason: text('reason', 64, nullable),
      error: text('error', 32, nullable),
      callbackUrl: { type: 'text', name: 'callback_url', nullable: true },
      response: { type: 'text', name: 'response', nullable: true },
      responseHeaders: { type: 'text', name: 'response_headers', nullable: true },
      body: { type: 'text', name: 'body' },
      erasedAt: instant('erased_at', nullable),
    },
    indices: [
      {
        name: `${prefix}webhook_deliveries_event`,
        columns: ['eventSequence', 'laneId', 'wireType'],
        unique: true,
      },
      { name: `${prefix}webhook_deliveries_lane`, columns: ['laneId', 'id'] },
      {
        name: `${prefix}webhook_deliveries_due`,
        columns: ['laneId', 'retry', 'nextAt'],
        where: 'next_at is not null',
      },
      {
        name: `${prefix}webhook_deliveries_failed`,
        columns: ['laneId', 'failedAt'],
        where: 'failed_at is not null',
      },
      {
        name: `${prefix}webhook_deliveries_failed_id`,
        columns: ['laneId', 'id'],
        where: 'failed_at is not null',
      },
    ],
  });
