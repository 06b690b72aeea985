/** Queries and mutations, with the names and meanings of TanStack Query. The page does not use that library itself. */
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
