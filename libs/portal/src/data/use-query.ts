import { useEffect, useReducer, useRef } from 'preact/hooks';
import { entryOf, listen, refresh, type QueryOptions } from './query-cache.ts';

/** Value of `placeholderData`: keeps the data of the previous key until the data of the new key has been read. */
export const keepPreviousData = Symbol('keepPreviousData');

export interface UseQueryOptions<Data> extends QueryOptions<Data> {
  /** Interval (ms) at which data is read again while the tab is visible. Default: never. */
  refetchInterval?: number | false | ((data: Data | undefined) => number | false);
  /** Age (ms) up to which data is not read again when a screen opens or the tab becomes visible. Default 2000. */
  staleTime?: number;
  /** `false`: the component reads data only by `refetch`. Default: `true`. */
  enabled?: boolean;
  placeholderData?: typeof keepPreviousData;
}

export interface QueryResult<Data> {
  data: Data | undefined;
  /** Error of the latest read, or `null`. `data` may still hold the result of an earlier read. */
  error: unknown;
  /** The current key has neither data nor an error yet. */
  isPending: boolean;
  isFetching: boolean;
  /** `data` belongs to the previous key. */
  isPlaceholderData: boolean;
  refetch: () => Promise<void>;
}

/** Returns its argument, and infers the type of the data. */
export const queryOptions = <Data>(options: UseQueryOptions<Data>): UseQueryOptions<Data> => options;

/** Reads data, shares it between the components that show it, and reads it again as the options say. */
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
