/** The window with which a lane begins. */
export const INITIAL_WINDOW = 4;
/** A slower response does not widen the window. */
const QUICK_RESPONSE_MS = 2_000;
/** The only 4xx that asks for fewer requests. */
const TOO_MANY_REQUESTS = 429;
/** Maximum window of a lane that keeps failing quickly, as a multiple of `failingWindow`. */
const QUICK_FAILURES_FACTOR = 4;
/** While many requests hang: maximum window of a lane without a success in the last `RECENT_SUCCESS_MS`. */
const CAUTIOUS_WINDOW = 2;
const RECENT_SUCCESS_MS = 2_000;

/*
 * A lane's window is the number of requests that it may have in flight at once. The window grows by one with each quick
 * success. A 429, a 5xx and a request without a response halve the window, down to `failingWindow`. But while all attempts
 * fail, each quick failure widens the window by one instead, up to four times `failingWindow`. While requests of such a
 * lane hang, the window is at most `failingWindow`.
 */

/** A lane that was failing begins with few requests at a time, even if only another worker saw it fail. */
export function initialWindow(isHealthy: boolean, maxWindow: number, failingWindow: number): number {
  return isHealthy ? Math.min(INITIAL_WINDOW, maxWindow) : failingWindow;
}

/** `maxWindow` may be less than before: there may be more workers now. */
export function windowAfterSuccess(window: number, durationMs: number, maxWindow: number): number {
  if (window >= maxWindow) return maxWindow;
  return durationMs <= QUICK_RESPONSE_MS ? window + 1 : window;
}

/** The window after a slow failure, or after the first failure that follows a success. `status`: `null` without a response. */
export function windowAfterFailure(window: number, status: number | null, failingWindow: number): number {
  const isOverloaded = status === null || status === TOO_MANY_REQUESTS || status >= 500;
  return isOverloaded ? Math.max(Math.min(window, failingWindow), window >> 1) : window;
}

/** The window after a quick failure that follows another failure. */
export function windowWhileFailing(window: number, failingWindow: number): number {
  const max = failingWindow * QUICK_FAILURES_FACTOR;
  return window < max ? window + 1 : window > max ? window >> 1 : max;
}

/** The window while many requests hang. `lastSuccessAt`: ms on the process's monotonic clock. */
export function cautiousWindow(window: number, lastSuccessAt: number): number {
  const isRecent = performance.now() - lastSuccessAt < RECENT_SUCCESS_MS;
  return isRecent ? window : Math.min(window, CAUTIOUS_WINDOW);
}
