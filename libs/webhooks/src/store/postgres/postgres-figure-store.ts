import type { EndpointHour } from '../figures/figure-store.js';
import {
  addEndpointHours,
  deleteOldEndpointHours,
  deleteTenantHours,
  readEndpointHours,
} from './figures/endpoint-hours.js';
import { PostgresJobStore } from './postgres-job-store.js';

/** The statements on figures: one line a method. */
export abstract class PostgresFigureStore extends PostgresJobStore {
  addEndpointHours(hours: readonly EndpointHour[]): Promise<void> {
    return addEndpointHours(this.session, hours);
  }

  readEndpointHours(endpointId: string, rangeMs: number): Promise<{ now: number; hours: EndpointHour[] }> {
    return readEndpointHours(this.session, endpointId, rangeMs);
  }

  deleteOldEndpointHours(ageMs: number): Promise<number> {
    return deleteOldEndpointHours(this.session, ageMs);
  }

  deleteTenantHours(tenantId: string): Promise<number> {
    return deleteTenantHours(this.session, tenantId);
  }
}
