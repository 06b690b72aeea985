import { queryOptions } from '../../data/index.ts';
import { api } from '../../api/client.ts';
import { POLL_MS } from '../../api/poll.ts';

const FEW = 20;
const MANY = 100;

/** Figures of the last 24 hours. */
export const statsQuery = (id: string) =>
  queryOptions({
    queryKey: ['stats', id],
    queryFn: ({ signal }) => api.get('/webhooks/{id}/stats', { path: { id }, signal }),
    refetchInterval: 6 * POLL_MS,
  });

/** Deliveries that wait or have ended without success, newest first. */
export const unfinishedQuery = (id: string, limit = FEW) =>
  queryOptions({
    queryKey: ['unfinished', id, limit],
    queryFn: ({ signal }) =>
      api.get('/webhooks/{id}/deliveries', {
        path: { id },
        query: { state: 'pending,exhausted,discarded' as never, limit },
        signal,
      }),
    refetchInterval: POLL_MS,
  });

/**
 * Reads more deliveries, to find one that failed. The newest deliveries of a failing webhook may all be waiting for their first
 * attempt.
 */
export const moreUnfinishedQuery = (id: string) => ({
  ...unfinishedQuery(id, MANY),
  refetchInterval: 6 * POLL_MS,
});

export const latestQuery = (id: string) =>
  queryOptions({
    queryKey: ['latest', id],
    queryFn: ({ signal }) =>
      api.get('/webhooks/{id}/deliveries', { path: { id }, query: { limit: 1 }, signal }),
    refetchInterval: POLL_MS,
  });
