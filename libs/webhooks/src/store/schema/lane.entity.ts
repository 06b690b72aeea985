import { EntitySchema } from 'typeorm';
import { instant, integer, key, nullable, text } from './columns.js';
import type { LaneState, Ordering } from '../../core/states.js';

/**
 * The unit of scheduling: one endpoint, or one origin of a tenant's callbacks. This table is hot, so its rows are short and
 * written once per batch. The id is also the endpoint's `publicNo`.
 */
export class WebhookLaneRow {
  id!: string;
  tenantId!: string;
  /** `null` for a lane of callbacks. */
  endpointId!: string | null;
  /** `https://host:port` of a lane of callbacks. */
  origin!: string | null;
  state!: LaneState;
  ordering!: Ordering;
  /** When a worker should claim from this lane; `null`: never. Each claim moves the lane behind the other due lanes. */
  nextDueAt!: number | null;
  /** No claims before this time, because a receiver asked for a pause. */
  holdUntil!: number | null;
  /** Exact limit over all workers; `null`: only the window of each worker applies. */
  maxInFlight!: number | null;
  maxThroughputPerMinute!: number | null;
  /** Number of leased deliveries. Counted only if the lane has limits. */
  inFlight!: number;
  /** Rate clock: theoretical arrival time of the next request (epoch microseconds). */
  rateClock!: string | null;
  /** Number of deliveries whose attempt failed since the last success. */
  failures!: number;
  failingSince!: number | null;
  /** Not used any more. Kept for processes of an earlier release. */
  probes!: number;
  /** The lane is failing, and until this time only one worker may claim from it. */
  claimedUntil!: number | null;
  /** When the operator paused the lane. Until the operator ends the pause, the lane's state is `paused` or `closed`. */
  operatorPausedAt!: number | null;
}

export const createLaneSchema = (prefix: string): EntitySchema<WebhookLaneRow> =>
  new EntitySchema<WebhookLaneRow>({
    target: WebhookLaneRow,
    name: 'WebhookLaneRow',
    tableName: `${prefix}webhook_lanes`,
    columns: {
      id: key('id', { primary: true, generated: 'increment' }),
      tenantId: text('tenant_id', 255),
      endpointId: { type: 'uuid', name: 'endpoint_id', nullable: true },
      origin: text('origin', 300, nullable),
      state: text('state', 8, { default: 'open' }),
      ordering: text('ordering', 8, { default: 'relaxed' }),
      nextDueAt: instant('next_due_at', nullable),
      holdUntil: instant('hold_until', nullable),
      maxInFlight: integer('max_in_flight', nullable),
      maxThroughputPerMinute: integer('max_throughput_per_minute', nullable),
      inFlight: integer('in_flight', { default: 0 }),
      rateClock: key('rate_clock', nullable),
      failures: integer('failures', { default: 0 }),
      failingSince: instant('failing_since', nullable),
      probes: integer('probes', { default: 0 }),
      claimedUntil: instant('claimed_until', nullable),
      operatorPausedAt: instant('operator_paused_at', nullable),
    },
    indices: [
      { name: `${prefix}webhook_lanes_endpoint`, columns: ['endpointId'], unique: true },
      { name: `${prefix}webhook_lanes_callback`, columns: ['tenantId', 'origin'], unique: true },
      { name: `${prefix}webhook_lanes_due`, columns: ['nextDueAt'], where: 'next_due_at is not null' },
    ],
  });
