import { POLL_MS } from '../../api/poll.ts';
import { request } from '../../api/request.ts';
import type { Delivery, Endpoint } from '../../api/types.ts';
import { queryOptions } from '../../data/index.ts';

/** A lane that is failing: a webhook, or a tenant's callbacks to one origin. */
export interface Failing {
  tenantId: string;
  /** `null`: callbacks. */
  endpointId: string | null;
  url: string;
  failures: number;
  failingSince: string;
}

export interface Pause {
  scope: 'endpoint' | 'tenant' | 'origin' | 'all';
  value: string | null;
  reason: string | null;
  createdAt: string;
}

/** What a pause applies to. Exactly one field is set. */
export type PauseTarget = { endpointId: string } | { tenantId: string } | { origin: string } | { all: true };

/** Figures of the queue. `inFlight` covers only the process that answers the API call. */
export interface QueueFigures {
  due: number;
  lagMs: number;
  unrelayed: number;
  inFlight: number;
}

export type TenantEndpoint = Endpoint & { tenantId: string };
export type TenantDelivery = Delivery & { tenantId: string };

interface Page<Row> {
  data: Row[];
  nextCursor: string | null;
}

const PAGE_SIZE = 25;

const read = <Data>(path: string, query: Record<string, string | number | undefined> = {}) =>
  queryOptions({
    queryKey: ['operator', path, query],
    queryFn: ({ signal }) => request<Data>('GET', `operator/${path}`, { query, signal }),
    refetchInterval: POLL_MS,
  });

export const operatorQueries = {
  stats: () => read<QueueFigures>('stats'),
  pauses: () => read<Pause[]>('pauses'),
  failing: (cursor?: string) => read<Page<Failing>>('failing', { cursor, limit: PAGE_SIZE }),
  endpoints: (cursor?: string) => read<Page<TenantEndpoint>>('endpoints', { cursor, limit: PAGE_SIZE }),
  deliveries: (cursor?: string) =>
    read<Page<TenantDelivery>>('deliveries', { cursor, limit: PAGE_SIZE, state: 'exhausted,discarded' }),
};

export const pause = (target: PauseTarget, reason: string): Promise<Pause[]> =>
  request('POST', 'operator/pause', { body: { ...target, reason: reason || undefined } });

export const resume = (target: PauseTarget): Promise<Pause[]> =>
  request('POST', 'operator/resume', { body: target });

/** Returns the target of a pause in the form that the routes take. */
export const targetOf = (scope: Pause['scope'], value: string): PauseTarget => {
  if (scope === 'all') return { all: true };
  if (scope === 'origin') return { origin: value };
  return scope === 'tenant' ? { tenantId: value } : { endpointId: value };
};
