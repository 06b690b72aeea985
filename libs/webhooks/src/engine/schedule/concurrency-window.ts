/** Requests in flight at once that a lane begins with. */
export const INITIAL_WINDOW = 4;
/** An answer slower than this does not widen the window, ms. */
const QUICK_ANSWER_MS = 2_000;
/** Of the 4xx, the status that asks for less. */
const THROTTLED = 429;
/** While many hang: requests of a lane without a success in the last moments, ms. */
const CAREFUL = 2;
const MOMENTS = 2_000;

/*
 * A lane's window: how many requests it may have in flight at once. It grows by one with each quick success, up to `most`, and
 * halves where no answer comes, and with a 429 or 5xx.
 */

/** One that recovers is met with a ramp, whoever saw it fail. */
export function firstWindow(healthy: boolean, most: number): number {
  return healthy ? Math.min(INITIAL_WINDOW, most) : 1;
}

/** `most` may have become less meanwhile: other workers came. */
export function afterSuccess(window: number, durationMs: number, most: number): number {
  if (window >= most) return most;
  return durationMs <= QUICK_ANSWER_MS ? window + 1 : window;
}

/** `status`: of the answer; `null`: none came. */
export function afterFailure(window: number, status: number | null): number {
  const overloaded = status === null || status === THROTTLED || status >= 500;
  return overloaded ? Math.max(1, window >> 1) : window;
}

/** While many requests hang. `provenAt`: when the lane's last success came, on the process's monotonic clock, ms. */
export function cautiousWindow(window: number, provenAt: number): number {
  return performance.now() - provenAt < MOMENTS ? window : Math.min(window, CAREFUL);
}
