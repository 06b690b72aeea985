/** Progress of a call that works in batches. */
export interface Progress {
  /** Number of rows when the call began, counted up to 100,000. If `done` is larger, `matched` equals `done`. */
  matched: number;
  /** Number of rows that the call has processed. */
  done: number;
  /** `matched` minus `done`. */
  left: number;
}

export interface ProgressOptions {
  /** Called after each batch. */
  onProgress?: (progress: Progress) => void;
}

export const MAX_COUNTED = 100_000;

/** `done` may exceed `counted`: the count stops at `MAX_COUNTED`, and rows may have been added after the count. */
export function progressOf(counted: number, done: number): Progress {
  const matched = Math.max(counted, done);
  return { matched, done, left: matched - done };
}
