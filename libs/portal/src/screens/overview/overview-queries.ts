import { queryOptions } from '../../data/index.ts';
import { api } from '../../api/client.ts';
import { POLL_MS } from '../../api/poll.ts';

/** Enough to find the latest failed attempt among those that wait for their first one. */
const FAILURES = 20;

/** Figures of the last 24 hours. */
export const statsQuery = (id: string) =>
  queryOptions({
    queryKey: ['stats', id],
    queryFn: ({ signal }) => api.get('/webhooks/{id}/stats', { path: { id }, signal }),
    refetchInterval: 6 * POLL_MS,
  });

/** Deliveries that wait or have ended without success, newest first. */
export const unfinishedQuery = (id: string) =>
  queryOptions({
    queryKey: ['unfinished', id],
    queryFn: ({ signal }) =>
      api.get('/webhooks/{id}/deliveries', {
        path: { id },
        query: { state: 'pending,exhausted,discarded' as never, limit: FAILURES },
        signal,
      }),
    refetchInterval: POLL_MS,
  });

/** The newest delivery. */
export const latestQuery = (id: string) =>
  queryOptions({
    queryKey: ['latest', id],
    queryFn: ({ signal }) =>
      api.get('/webhooks/{id}/deliveries', { path: { id }, query: { limit: 1 }, signal }),
    refetchInterval: POLL_MS,
  });
