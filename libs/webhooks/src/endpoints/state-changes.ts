import type { WebhookEndpointRow } from '../store/schema/endpoint.entity.js';
import type { WebhookLaneRow } from '../store/schema/lane.entity.js';
import type { Reason } from '../core/states.js';

/** Columns that change together: of an endpoint and of its lane. `now`: epoch milliseconds on the database's clock. */
export interface StateChange {
  endpoint: Partial<WebhookEndpointRow>;
  lane: Partial<WebhookLaneRow>;
}

/** Its owner pauses it: new deliveries and those that wait stay where they are. */
export function toPaused(now: number): StateChange {
  return {
    endpoint: { state: 'paused', stateReason: null, stateAt: now },
    lane: { state: 'paused', nextDueAt: null },
  };
}

/** It is sent to again, at once, as if it had never failed. */
export function toActive(now: number): StateChange {
  return {
    endpoint: { state: 'active', stateReason: null, stateAt: now },
    lane: {
      state: 'open',
      nextDueAt: now,
      holdUntil: null,
      failures: 0,
      failingSince: null,
      probes: 0,
    },
  };
}

/** Nothing is sent to it any more; the engine discards what waits, in batches. */
export function toDisabled(now: number, reason: Reason): StateChange {
  return { endpoint: { state: 'disabled', stateReason: reason, stateAt: now }, lane: closed(now) };
}

/** As disabled, for ever. Its secrets and headers are gone at once; its log stays until retention. */
export function toDeleted(now: number): StateChange {
  return { endpoint: { deletedAt: now, updatedAt: now, secrets: [], headers: null }, lane: closed(now) };
}

const closed = (now: number): Partial<WebhookLaneRow> => ({ state: 'closed', nextDueAt: now });
