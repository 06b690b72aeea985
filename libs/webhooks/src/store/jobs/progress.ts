/** How far a call has come that works in batches. */
export interface Progress {
  /** Rows that there were when it began, counted up to 100,000. */
  matched: number;
  /** Rows that it has dealt with. */
  done: number;
  /** `matched` without `done`. */
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
