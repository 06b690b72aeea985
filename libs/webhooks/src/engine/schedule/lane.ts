import type { Destination } from '../destinations/destination.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';
import type { LaneHealth } from './lane-health.js';
import type { OriginShare } from './shares/origin-shares.js';
import type { TenantShare } from './shares/tenant-shares.js';

/** A lane as this worker sees it. */
export interface Lane {
  destination: Destination;
  health: LaneHealth;
  /** Requests that may be in flight at once. Grows with quick responses, halves on timeouts, 429 and 5xx. */
  window: number;
  /** When its last success came, on the process's monotonic clock, ms. */
  lastSuccessAt: number;
  inFlight: number;
  /** Requests in flight that hold no slot: they hang, or are expected to. */
  withoutSlot: number;
  /** It is about to be paused or disabled: nothing more is sent until that is recorded. */
  isClosed: boolean;
  waiting: LeasedDelivery[];
  originShare: OriginShare<Lane>;
  tenantShare: TenantShare;
  /** Is in a ready queue. */
  isQueued: boolean;
}

/** A failing lane is sent by one worker at a time: with fewer deliveries, claims would cost more than requests. */
const MAX_HELD_OF_FAILING = 64;

/** Deliveries that a worker may hold of a lane: what it sends at once, and as much again that waits if responses are quick. */
export function capacityOf(lane: Lane): number {
  if (lane.health === 'failing') return MAX_HELD_OF_FAILING;
  return lane.withoutSlot > 0 || lane.health !== 'healthy' ? lane.window : lane.window * 2;
}
