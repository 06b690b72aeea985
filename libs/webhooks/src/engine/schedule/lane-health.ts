/**
 * `healthy`: the lane's last attempt succeeded. `untried`: it had none yet. `failing`: its last attempt failed quickly.
 * `hanging`: its last attempt failed slowly, or has brought no response for so long.
 * A lane is unhealthy if its health is `untried`, `failing` or `hanging`.
 */
export type LaneHealth = 'healthy' | 'untried' | 'failing' | 'hanging';

/** A request without a response for this long hangs, ms. */
export const HANG_AFTER_MS = 500;
/** The same for an unhealthy lane, while others of that kind wait for a slot. */
export const HANG_AFTER_MS_WHEN_CROWDED = 100;

export function healthAfter(success: boolean, durationMs: number): LaneHealth {
  if (success) return 'healthy';
  return durationMs > HANG_AFTER_MS ? 'hanging' : 'failing';
}
