/**
 * `healthy`: the lane's last attempt succeeded. `untried`: it had no attempt yet. `failing`: its last attempt failed
 * quickly, or other workers have seen the lane fail. `hanging`: its last attempt failed after more than 500 ms,
 * or a request lost its slot while it waited for a response. But if a request of a healthy lane loses its slot, the lane
 * stays `healthy` until an attempt fails.
 *
 * A lane is unhealthy if its health is `untried`, `failing` or `hanging`.
 */
export type LaneHealth = 'healthy' | 'untried' | 'failing' | 'hanging';

/** A request that has had no response for this long (ms) hangs. */
export const HANG_AFTER_MS = 500;
/** This limit (ms) for unhealthy lanes while other lanes wait for a slot, or for room at their origin. */
export const HANG_AFTER_MS_WHEN_CROWDED = 100;

export function healthAfter(success: boolean, durationMs: number): LaneHealth {
  if (success) return 'healthy';
  return durationMs > HANG_AFTER_MS ? 'hanging' : 'failing';
}
