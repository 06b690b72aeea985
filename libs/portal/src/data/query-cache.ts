import { mayTryAgain } from './may-try-again.ts';

export type QueryKey = readonly unknown[];

export interface QueryOptions<Data> {
  /** What is read: a list that begins with a word. Equal keys share one read. */
  queryKey: QueryKey;
  queryFn: (context: { signal: AbortSignal }) => Promise<Data>;
}

/** What is known of one read. */
export interface Entry {
  key: QueryKey;
  data: unknown;
  error: unknown;
  /** When `data` was read, epoch ms; 0: never, or it is known to be old. */
  readAt: number;
  reading: Promise<void> | null;
  abort: AbortController;
  listeners: Set<() => void>;
  /** How it was read last, for those who invalidate it. */
  read: QueryOptions<unknown>['queryFn'] | null;
}

const RETRIES = 2;
const RETRY_DELAY_MS = 500;
/** What nobody shows is forgotten after this time. */
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

/** Calls `listener` after each change. A read that nobody waits for any more is aborted. */
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

/** Reads an entry now, unless it is being read. Never rejects: the entry has the error. */
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
  // An aborted read is no longer the entry's: another one may have begun.
  if (signal.aborted) return;
  entry.reading = null;
  notify(entry);
}

function store(entry: Entry, data: unknown): void {
  // The same answer as before is the same object: nothing is drawn again.
  if (JSON.stringify(data) !== JSON.stringify(entry.data)) entry.data = data;
  entry.error = null;
  entry.readAt = Date.now();
}

const startsWith = (key: QueryKey, start: QueryKey): boolean =>
  start.every((part, index) => JSON.stringify(part) === JSON.stringify(key[index]));

/** What the page knows. */
export const queryClient = {
  /** Reads everything whose key begins like this again: at once if it is shown, else when it is. */
  async invalidateQueries({ queryKey }: { queryKey: QueryKey }): Promise<void> {
    const found = [...entries.values()].filter((entry) => startsWith(entry.key, queryKey));
    for (const entry of found) entry.readAt = 0;
    await Promise.all(
      found
        .filter(({ listeners }) => listeners.size > 0)
        // A read that has begun before the change may not know it.
        .map((entry) => (entry.reading ?? Promise.resolve()).then(() => refresh(entry))),
    );
  },

  /** Replaces what is known by the answer of a change. */
  setQueryData(queryKey: QueryKey, data: unknown): void {
    const entry = entryOf(queryKey);
    store(entry, data);
    notify(entry);
  },
};
