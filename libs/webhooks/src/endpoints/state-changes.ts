import { conflict } from '../core/request-error.js';
import type { Reason } from '../core/states.js';
import type {
  EndpointChanges,
  EndpointLaneChanges,
  EndpointRecord,
  EndpointStore,
} from '../store/endpoint-store.js';
import { lockEndpoint } from './require-endpoint.js';

/** Fields of an endpoint and of its lane that change together. */
export interface StateChange {
  endpointChanges: EndpointChanges;
  laneChanges: EndpointLaneChanges;
}

/** Decides what to change of a locked endpoint; `null`: nothing. */
export type Decide = (endpoint: EndpointRecord, now: number) => StateChange | null;

/** Locks an endpoint, changes it as `decide` says, and returns the changed endpoint. */
export async function changeEndpoint(
  tx: EndpointStore,
  tenantId: string,
  id: string,
  decide: (...args: Parameters<Decide>) => Promise<StateChange | null>,
): Promise<EndpointRecord> {
  const { endpoint: before, now } = await lockEndpoint(tx, { tenantId }, id);
  const changes = await decide(before, now);
  if (changes === null) return before;
  await tx.updateEndpoint(before, { ...changes.endpointChanges, updatedAt: now }, changes.laneChanges);
  return (await tx.findEndpoint({ tenantId }, before.id)) ?? before;
}

// `now` is epoch ms on the database's clock.

/** Pauses the endpoint because its owner asked for that. All its deliveries wait, including new ones. */
function toPaused(now: number): StateChange {
  return {
    endpointChanges: { state: 'paused', stateReason: null, stateAt: now },
    laneChanges: { state: 'paused', nextDueAt: null },
  };
}

/** Activates the endpoint: makes its lane due at once, and forgets the lane's failures and pauses. */
export function toActive(now: number): StateChange {
  return {
    endpointChanges: { state: 'active', stateReason: null, stateAt: now },
    laneChanges: {
      state: 'open',
      nextDueAt: now,
      holdUntil: null,
      claimedUntil: null,
      failures: 0,
      failingSince: null,
    },
  };
}

/** Disables the endpoint: nothing is sent to it any more. The engine discards the waiting deliveries in batches. */
export function toDisabled(now: number, reason: Reason): StateChange {
  return {
    endpointChanges: { state: 'disabled', stateReason: reason, stateAt: now },
    laneChanges: closed(now),
  };
}

/** Deletes the endpoint. Its secrets and headers are erased at once; its log stays until retention deletes it. */
export function toDeleted(now: number): StateChange {
  return {
    endpointChanges: { deletedAt: now, updatedAt: now, secrets: [], headers: null },
    laneChanges: closed(now),
  };
}

/** Returns `null` if the endpoint is paused already. Throws a 409 if it is disabled. */
export function decidePause(endpoint: EndpointRecord, now: number): StateChange | null {
  if (endpoint.state !== 'disabled') return endpoint.state === 'paused' ? null : toPaused(now);
  throw conflict(
    'endpoint_disabled',
    'This webhook is disabled, so there is nothing to pause. Resume it first.',
  );
}

/**
 * Activates the endpoint. Clears its failures and a pause that its receiver asked for, even if the endpoint is active
 * already. Throws a 409 if the operator disabled the endpoint.
 */
export function decideResume(endpoint: EndpointRecord, now: number): StateChange {
  if (endpoint.state === 'disabled' && endpoint.stateReason === 'operator') {
    throw conflict(
      'disabled_by_operator',
      'The operator of this service disabled this webhook. Only the operator can enable it.',
    );
  }
  const { endpointChanges, laneChanges } = toActive(now);
  return { endpointChanges: endpoint.state === 'active' ? {} : endpointChanges, laneChanges };
}

// The lane becomes due, so that a worker finds its backlog and discards it.
const closed = (now: number): EndpointLaneChanges => ({ state: 'closed', nextDueAt: now });
