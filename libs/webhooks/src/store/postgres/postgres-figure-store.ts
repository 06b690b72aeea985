import type { EndpointHour, EndpointHours } from '../figures/figure-store.js';
import type { KeyClaim, KeyedCall } from '../idempotency/idempotency-store.js';
import {
  addEndpointHours,
  deleteOldEndpointHours,
  deleteTenantHours,
  readEndpointHours,
  readTenantHours,
} from './figures/endpoint-hours.js';
import { answerKey, claimKey, deleteOldKeys, releaseKey } from './idempotency/idempotency-keys.js';
import { PostgresOperatorStore } from './postgres-operator-store.js';

/** The statements on figures and on idempotency keys, one line per method. */
export abstract class PostgresFigureStore extends PostgresOperatorStore {
  addEndpointHours(hours: readonly EndpointHour[]): Promise<void> {
    return addEndpointHours(this.session, hours);
  }

  readEndpointHours(endpointId: string, rangeMs: number): Promise<{ now: number; hours: EndpointHour[] }> {
    return readEndpointHours(this.session, endpointId, rangeMs);
  }

  readTenantHours(tenantId: string, rangeMs: number): Promise<{ now: number; endpoints: EndpointHours[] }> {
    return readTenantHours(this.session, tenantId, rangeMs);
  }

  deleteOldEndpointHours(ageMs: number): Promise<number> {
    return deleteOldEndpointHours(this.session, ageMs);
  }

  deleteTenantHours(tenantId: string): Promise<number> {
    return deleteTenantHours(this.session, tenantId);
  }

  claimKey(call: KeyedCall, lockMs: number, lifeMs: number): Promise<KeyClaim> {
    return claimKey(this.session, call, lockMs, lifeMs);
  }

  answerKey(call: KeyedCall, token: string, answer: string): Promise<void> {
    return answerKey(this.session, call, token, answer);
  }

  releaseKey(call: KeyedCall, token: string): Promise<void> {
    return releaseKey(this.session, call, token);
  }

  deleteOldKeys(lifeMs: number): Promise<number> {
    return deleteOldKeys(this.session, lifeMs);
  }
}
