import { EntitySchema } from 'typeorm';
import { flag, instant, integer, key, nullable, text } from './columns.js';
import type { DeliveryState } from '../../core/states.js';

/**
 * One event for one endpoint or callback. The last attempt is in its own columns; earlier ones are in
 * `webhook_attempts`. No index names a column that a first-attempt success changes: that update stays on its page.
 */
export class WebhookDeliveryRow {
  id!: string;
  eventSequence!: string;
  laneId!: string;
  wireType!: string;
  /** Of a callback: the profile its body was made in, whatever the account's is by now. An endpoint's never changes. */
  profile!: string | null;
  /** Target of a callback; `null`: the endpoint's current URL. */
  callbackUrl!: string | null;
  body!: string;
  state!: DeliveryState;
  reason!: string | null;
  /** When it is due; of a claimed one: when its lease runs out; `null` when handed straight to a worker, and at the end. */
  nextAt!: number | null;
  /** Had an attempt: waits behind first attempts. */
  retry!: boolean;
  /** The lease it is or was last sent under: later writes are fenced by it. */
  leaseId!: string | null;
  /** Claims without an outcome since the last outcome. */
  claims!: number;
  /** Attempts so far, over all rounds: the number of the last one. */
  attempts!: number;
  /** Attempts before the last manual retry: the schedule counts from here. */
  attemptsBefore!: number;
  createdAt!: number;
  finishedAt!: number | null;
  /** Set where it ended without success: what `recover` and the failure filter look for. */
  failedAt!: number | null;
  attemptAt!: number | null;
  durationMs!: number | null;
  status!: number | null;
  error!: string | null;
  response!: string | null;
}

export const deliverySchema = (prefix: string): EntitySchema<WebhookDeliveryRow> =>
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
      body: { type: 'text', name: 'body' },
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
    ],
  });
