import { mayTryAgain } from './may-try-again.ts';

export type QueryKey = readonly unknown[];

export interface QueryOptions<Data> {
  /** Identifies what is read: a list that begins with a name. Queries with equal keys share one read. */
  queryKey: QueryKey;
  queryFn: (context: { signal: AbortSignal }) => Promise<Data>;
}

/** The cached result of one query. */
export interface Entry {
  key: QueryKey;
  data: unknown;
  error: unknown;
  /** Time of the read that returned `data` (epoch ms). `0`: `data` was never read, or is out of date. */
  readAt: number;
  reading: Promise<void> | null;
  abort: AbortController;
  listeners: Set<() => void>;
  /** The function of the latest read. An invalidation calls it again. */
  read: QueryOptions<unknown>['queryFn'] | null;
}

const RETRIES = 2;
const RETRY_DELAY_MS = 500;
/** An entry that no component shows is removed after this time. */
const KEPT_MS = 5 * 60_000;

const entries = new Map<string, Entry>();

export function entryOf(key: QueryKey): Entry {
  const hash = JSON.stringify(key);
  let entry = entries.get(hash);
  if (!entry) {
    entry = {
      key,
      data: undefined,
      error: null,
      readAt: 0,
      reading: null,
      abort: new AbortController(),
      listeners: new Set(),
      read: null,
    };
    entries.set(hash, entry);
  }
  return entry;
}

const notify = (entry: Entry): void => entry.listeners.forEach((listener) => listener());

/** Calls `listener` after each change. When the last listener leaves, a running read is aborted. */
export function listen(entry: Entry, listener: () => void): () => void {
  entry.listeners.add(listener);
  return () => {
    entry.listeners.delete(listener);
    if (entry.listeners.size > 0) return;
    entry.abort.abort();
    entry.reading = null;
    setTimeout(() => {
      const hash = JSON.stringify(entry.key);
      if (entry.listeners.size === 0 && entries.get(hash) === entry) entries.delete(hash);
    }, KEPT_MS);
  };
}

async function attempt(read: QueryOptions<unknown>['queryFn'], signal: AbortSignal): Promise<unknown> {
  for (let failures = 0; ; failures++) {
    try {
      return await read({ signal });
    } catch (error) {
      if (signal.aborted || failures === RETRIES || !mayTryAgain(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS * 2 ** failures));
    }
  }
}

/** Reads an entry now, unless it is being read. Never rejects: the error is stored in the entry. */
export function refresh(entry: Entry, read = entry.read): Promise<void> {
  if (!read || entry.reading) return entry.reading ?? Promise.resolve();
  entry.read = read;
  entry.abort = new AbortController();
  entry.reading = readInto(entry, read, entry.abort.signal);
  notify(entry);
  return entry.reading;
}

async function readInto(
  entry: Entry,
  read: QueryOptions<unknown>['queryFn'],
  signal: AbortSignal,
): Promise<void> {
  try {
    const data = await attempt(read, signal);
    if (!signal.aborted) store(entry, data);
  } catch (error) {
    if (!signal.aborted) entry.error = error;
  }
  // After an abort, the entry may already have another read.
  if (signal.aborted) return;
  entry.reading = null;
  notify(entry);
}

function store(entry: Entry, data: unknown): void {
  // Equal data keeps its object, so that nothing is rendered again.
  if (JSON.stringify(data) !== JSON.stringify(entry.data)) entry.data = data;
  entry.error = null;
  entry.readAt = Date.now();
}

const startsWith = (key: QueryKey, start: QueryKey): boolean =>
  start.every((part, index) => JSON.stringify(part) === JSON.stringify(key[index]));

export const queryClient = {
  /**
   * Reads again all queries whose key begins with `queryKey`. Queries that a component shows are read at once. The
   * others are read when a component next shows them.
   */
  async invalidateQueries({ queryKey }: { queryKey: QueryKey }): Promise<void> {
    const found = [...entries.values()].filter((entry) => startsWith(entry.key, queryKey));
    for (const entry of found) entry.readAt = 0;
    await Promise.all(
      found
        .filter(({ listeners }) => listeners.size > 0)
        // A read that began before the change may return the old data.
        .map((entry) => (entry.reading ?? Promise.resolve()).then(() => refresh(entry))),
    );
  },

  /** Replaces the data of a query, for example by what a mutation returned. Aborts a running read, which may return the old data. */
  setQueryData(queryKey: QueryKey, data: unknown): void {
    const entry = entryOf(queryKey);
    entry.abort.abort();
    entry.reading = null;
    store(entry, data);
    notify(entry);
  },
};
