/** Queries and mutations with the names of TanStack Query. The page needs only a small part of that library. */
export { queryClient, type QueryKey } from './query-cache.ts';
export { useMutation, type Mutation } from './use-mutation.ts';
export {
  keepPreviousData,
  queryOptions,
  useQuery,
  type QueryResult,
  type UseQueryOptions,
} from './use-query.ts';

import { queryClient } from './query-cache.ts';

export const useQueryClient = (): typeof queryClient => queryClient;
