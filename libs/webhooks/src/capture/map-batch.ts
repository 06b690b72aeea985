import type { ClaimedChange, PostponedChange } from '../store/change-store.js';
import type { NewEvent } from '../store/outbox-store.js';

/** Maximum number of maps that run at the same time. Small, because each may use a connection of the host's pool. */
const MAX_CONCURRENT_MAPS = 4;
/** A map that takes longer than this counts as failed. */
const MAX_MAP_MS = 5_000;
/** No further map of a batch starts after this time, because the transaction is open meanwhile. */
const MAX_BATCH_MS = 5_000;
/** Pause between two tries of a change. It is doubled after each try, up to the longest pause. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 600_000;

export interface FailedChange {
  change: ClaimedChange;
  error: unknown;
  /** Time until the change is tried again. */
  pauseMs: number;
  /** When the change is tried again (epoch ms). */
  dueAt: number;
}

/**
 * The result of a batch. A change is in at most one of `done`, `failed` and `waiting`. A change that is in none of them
 * stays as it is: there was no time to map it.
 */
export interface MappedBatch {
  /** In the order of the changes. */
  events: NewEvent[];
  /** Changes that are done, with an event or without. */
  done: ClaimedChange[];
  failed: FailedChange[];
  /** Changes that wait for an earlier change of the same row. */
  waiting: PostponedChange[];
}

/**
 * Maps changes. The changes of one row are mapped one after the other. If a change fails, the later changes of its row
 * wait for it; other rows continue.
 *
 * @param map returns the event, or `null`
 * @param now the database's clock (epoch ms)
 * @param stop ends the batch; changes that are not yet mapped stay as they are
 */
export async function mapBatch(
  changes: readonly ClaimedChange[],
  map: (change: ClaimedChange) => Promise<NewEvent | null>,
  now: () => number,
  stop: AbortSignal,
): Promise<MappedBatch> {
  const events = new Map<ClaimedChange, NewEvent | null>();
  const failed: FailedChange[] = [];
  const waiting: PostponedChange[] = [];
  const endsAt = performance.now() + MAX_BATCH_MS;
  const rows = changesByRow(changes);

  const mapRow = async (ofRow: readonly ClaimedChange[]): Promise<void> => {
    for (const [place, change] of ofRow.entries()) {
      if (stop.aborted || performance.now() > endsAt) return;
      try {
        const event = await withTimeLimit(map(change), stop);
        if (event === STOPPED) return;
        events.set(change, event);
      } catch (error) {
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(change.attempts, 30), LONGEST_PAUSE_MS);
        const dueAt = now() + pauseMs;
        failed.push({ change, error, pauseMs, dueAt });
        for (const later of ofRow.slice(place + 1)) waiting.push({ change: later, dueAt, error: null });
        return;
      }
    }
  };
  const next = rows.values();
  const mapRows = async (): Promise<void> => {
    for (const ofRow of next) await mapRow(ofRow);
  };
  await Promise.all(Array.from({ length: MAX_CONCURRENT_MAPS }, mapRows));

  const done = changes.filter((change) => events.has(change));
  return {
    events: done.map((change) => events.get(change)!).filter((event) => event !== null),
    done,
    failed,
    waiting,
  };
}

/** The changes that are tried again later, as the store keeps them: when they are due, and why they failed. */
export function toPostponed({ failed, waiting }: Pick<MappedBatch, 'failed' | 'waiting'>): PostponedChange[] {
  return [
    ...failed.map(({ change, dueAt, error }) => ({ change, dueAt, error: describeError(error) })),
    ...waiting,
  ];
}

const STOPPED = Symbol('stopped');

/** The first line of what was thrown: `Error: no contact`. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${String(error)}`;
  return text.split('\n', 1)[0]!;
}

function changesByRow(changes: readonly ClaimedChange[]): Map<string, ClaimedChange[]> {
  const rows = new Map<string, ClaimedChange[]>();
  for (const change of changes) {
    const ofRow = rows.get(change.rowKey);
    if (ofRow) ofRow.push(change);
    else rows.set(change.rowKey, [change]);
  }
  return rows;
}

/** Rejects if the map takes too long. Resolves to {@link STOPPED} if `stop` comes first. */
function withTimeLimit<T>(mapping: Promise<T>, stop: AbortSignal): Promise<T | typeof STOPPED> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
      then();
    };
    const onStop = (): void => settle(() => resolve(STOPPED));
    const onLate = (): void =>
      settle(() => reject(new Error(`map did not finish within ${MAX_MAP_MS / 1000} s`)));
    const timer = setTimeout(onLate, MAX_MAP_MS);
    stop.addEventListener('abort', onStop);
    mapping.then(
      (event) => settle(() => resolve(event)),
      (error: Error) => settle(() => reject(error)),
    );
  });
}
