/** Progress of a call that works in batches. */
export interface Progress {
  /** Number of rows when it began, counted up to 100,000. */
  matched: number;
  /** Rows that it has processed. */
  done: number;
  /** `matched` minus `done`. */
  left: number;
}

export interface ProgressOptions {
  /** Called after each batch. */
  onProgress?: (progress: Progress) => void;
}

export const MAX_COUNTED = 100_000;

/** `done` may exceed what was counted. */
export function progressOf(counted: number, done: number): Progress {
  const matched = Math.max(counted, done);
  return { matched, done, left: matched - done };
}
