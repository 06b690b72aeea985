/** Requests in flight at once that a lane begins with. */
export const INITIAL_WINDOW = 4;
/** A slower response does not widen the window. */
const QUICK_RESPONSE_MS = 2_000;
/** The only 4xx that asks for fewer requests. */
const TOO_MANY_REQUESTS = 429;
/** While many requests hang: window of a lane whose last success is longer ago than this. */
const CAUTIOUS_WINDOW = 2;
const RECENT_SUCCESS_MS = 2_000;

/*
 * A lane's window is the number of requests that it may have in flight at once. It grows by one with each quick success, and
 * halves with a 429, a 5xx, or if there is no response.
 */

/** A lane that was failing begins with one request at a time, also if another worker saw it fail. */
export function initialWindow(isHealthy: boolean, maxWindow: number): number {
  return isHealthy ? Math.min(INITIAL_WINDOW, maxWindow) : 1;
}

/** `maxWindow` may be less than before, because there are more workers now. */
export function windowAfterSuccess(window: number, durationMs: number, maxWindow: number): number {
  if (window >= maxWindow) return maxWindow;
  return durationMs <= QUICK_RESPONSE_MS ? window + 1 : window;
}

/** `status`: of the response; `null`: there was none. */
export function windowAfterFailure(window: number, status: number | null): number {
  const isOverloaded = status === null || status === TOO_MANY_REQUESTS || status >= 500;
  return isOverloaded ? Math.max(1, window >> 1) : window;
}

/** The window while many requests hang. `lastSuccessAt`: on the process's monotonic clock, ms. */
export function cautiousWindow(window: number, lastSuccessAt: number): number {
  const isRecent = performance.now() - lastSuccessAt < RECENT_SUCCESS_MS;
  return isRecent ? window : Math.min(window, CAUTIOUS_WINDOW);
}
