import type { StoreTransactions } from '../transactions.js';

/** Upper bounds (ms) of the duration classes. The last class has no bound. */
export const DURATION_BOUNDS_MS = [50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

/** The numbers that are counted for an endpoint, in this order. */
export const FIGURES = [
  'delivered',
  'retried',
  'exhausted',
  'discarded',
  'status_2xx',
  'status_3xx',
  'status_4xx',
  'status_5xx',
  'status_none',
  ...DURATION_BOUNDS_MS.map((bound) => `ms_${bound}` as const),
  'ms_more',
] as const;

export type Figure = (typeof FIGURES)[number];

/** The figures of one endpoint in one hour. */
export interface EndpointHour {
  /** UUID. */
  endpointId: string;
  /** When the hour begins (epoch ms). */
  hour: number;
  /** In the order of {@link FIGURES}. */
  counts: number[];
}

/** Delivered and failed attempts of one endpoint, by hour. */
export interface EndpointHours {
  /** UUID. */
  endpointId: string;
  /** `failed`: attempts that failed. An hour without attempts is left out. */
  hours: { hour: number; delivered: number; failed: number }[];
}

/** What workers have recorded, summed by endpoint and hour. */
export interface FigureStore extends StoreTransactions {
  /** Adds these figures to the stored ones. Endpoints that no longer exist are left out. */
  addEndpointHours(hours: readonly EndpointHour[]): Promise<void>;
  /** One endpoint's hours that began within `rangeMs`, oldest first. `now`: the current time (epoch ms). */
  readEndpointHours(endpointId: string, rangeMs: number): Promise<{ now: number; hours: EndpointHour[] }>;
  /**
   * The hours that began within `rangeMs`, for each of the tenant's endpoints. The newest endpoint and the oldest hour come
   * first. Deleted endpoints are left out. `now`: the current time (epoch ms).
   */
  readTenantHours(tenantId: string, rangeMs: number): Promise<{ now: number; endpoints: EndpointHours[] }>;
  /** Deletes a batch of hours that began more than `ageMs` ago. Returns how many. */
  deleteOldEndpointHours(ageMs: number): Promise<number>;
  /** Deletes a batch of hours from the tenant's endpoints. Returns how many. */
  deleteTenantHours(tenantId: string): Promise<number>;
}
