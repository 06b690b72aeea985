import { queryOptions } from '../data/index.ts';
import { api } from './client.ts';
import { POLL_MS } from './poll.ts';
import { request } from './request.ts';
import type { EndpointFigures, EndpointState } from './types.ts';
import type { Session } from '../session/session.ts';

/**
 * Queries that several screens share. Each key begins with the name of its data, so that a change can invalidate all
 * queries of that data.
 */
export const queries = {
  session: () =>
    queryOptions({
      queryKey: ['session'],
      queryFn: () => request<Session>('GET', 'session'),
      staleTime: Infinity,
    }),

  endpoints: (query: { state?: EndpointState; cursor?: string; limit?: number } = {}) =>
    queryOptions({
      queryKey: ['endpoints', query],
      queryFn: ({ signal }) => api.get('/webhooks', { query, signal }),
      refetchInterval: POLL_MS,
    }),

  endpoint: (id: string) =>
    queryOptions({
      queryKey: ['endpoint', id],
      queryFn: ({ signal }) => api.get('/webhooks/{id}', { path: { id }, signal }),
      refetchInterval: POLL_MS,
    }),

  figures: (hours = 24) =>
    queryOptions({
      queryKey: ['figures', hours],
      queryFn: ({ signal }) =>
        request<{ data: EndpointFigures[] }>('GET', 'figures', { query: { hours }, signal }),
      refetchInterval: 6 * POLL_MS,
    }),

  eventTypes: (profile: string) =>
    queryOptions({
      queryKey: ['event-types', profile],
      queryFn: ({ signal }) => api.get('/webhooks/event-types', { query: { profile }, signal }),
      staleTime: Infinity,
    }),

  account: () =>
    queryOptions({
      queryKey: ['account'],
      queryFn: ({ signal }) => api.get('/webhooks/account', { signal }),
    }),
};
