import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error.ts';

/** Open pages ask for news this often, ms. They stop while the tab is hidden. */
export const POLL_MS = 5000;

/** An answer that the API has given stays the same: only what did not reach it is tried again. */
const mayTryAgain = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 502);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 2 && mayTryAgain(error),
      retryDelay: (failures) => 500 * 2 ** failures,
      staleTime: 2000,
      refetchIntervalInBackground: false,
    },
    mutations: { retry: false },
  },
});
