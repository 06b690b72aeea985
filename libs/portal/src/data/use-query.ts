import { useEffect, useReducer, useRef } from 'preact/hooks';
import { entryOf, listen, refresh, type QueryOptions } from './query-cache.ts';

/** Value of `placeholderData`: while another key is read for the first time, the data of the key before stays. */
export const keepPreviousData = Symbol('keepPreviousData');

export interface UseQueryOptions<Data> extends QueryOptions<Data> {
  /** Reads again this often, ms, while the tab is visible. Default: never. */
  refetchInterval?: number | false | ((data: Data | undefined) => number | false);
  /** What is younger than this, ms, is not read again when a screen opens. Default 2000. */
  staleTime?: number;
  /** False: nothing is read. */
  enabled?: boolean;
  placeholderData?: typeof keepPreviousData;
}

export interface QueryResult<Data> {
  data: Data | undefined;
  /** Why the last read failed; `data` may be there, from the one before. `null`: it did not. */
  error: unknown;
  /** True: there is neither data nor an error yet. */
  isPending: boolean;
  isFetching: boolean;
  /** True: `data` is that of the key before. */
  isPlaceholderData: boolean;
  refetch: () => Promise<void>;
}

/** Keeps the type of the data with its key. */
export const queryOptions = <Data>(options: UseQueryOptions<Data>): UseQueryOptions<Data> => options;

/** Reads something, shares it between the components that show it, and reads it again as the options say. */
export function useQuery<Data>(options: UseQueryOptions<Data>): QueryResult<Data> {
  const { queryKey, enabled = true, staleTime = 2000, refetchInterval = false } = options;
  const entry = entryOf(queryKey);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const latest = useRef(options);
  latest.current = options;
  const read = () => refresh(entry, (context) => latest.current.queryFn(context));
  const ownData = entry.data as Data | undefined;

  useEffect(() => {
    const leave = listen(entry, () => redraw(0));
    const readIfOld = () => {
      const isOld = entry.readAt === 0 || Date.now() - entry.readAt > staleTime;
      if (enabled && isOld && document.visibilityState === 'visible') void read();
    };
    readIfOld();
    document.addEventListener('visibilitychange', readIfOld);
    return () => {
      document.removeEventListener('visibilitychange', readIfOld);
      leave();
    };
  }, [entry, enabled]);

  const interval = typeof refetchInterval === 'function' ? refetchInterval(ownData) : refetchInterval;
  useEffect(() => {
    if (!interval || !enabled) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void read();
    }, interval);
    return () => clearInterval(timer);
  }, [entry, enabled, interval]);

  const previous = useRef<Data | undefined>(undefined);
  const isPlaceholderData =
    ownData === undefined && options.placeholderData === keepPreviousData && previous.current !== undefined;
  if (ownData !== undefined) previous.current = ownData;
  return {
    data: isPlaceholderData ? previous.current : ownData,
    error: entry.error,
    isPending: ownData === undefined && !entry.error,
    isFetching: entry.reading !== null,
    isPlaceholderData,
    refetch: read,
  };
}
