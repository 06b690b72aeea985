/** Number of failed deliveries in a row after which a lane counts as failing: only one worker at a time then claims from it. */
export const FAILING_AFTER = 5;
/**
 * A failing lane is due at multiples of this, ms, so that one statement can claim many of them. A delivery is never sent
 * before it is due.
 */
export const FAILING_LANE_STEP_MS = 250;
/** How long a lane waits if subject order holds back everything that is due in it, ms. */
export const HELD_LANE_WAIT_MS = 25;
/** After this many claims without an outcome, a delivery is suspected of crashing workers. */
export const SUSPECT_AFTER_CLAIMS = 2;
/**
 * Up to this number of rows, a statement that is planned once and handles rows one by one is cheaper. For larger batches, a
 * statement that is planned each time is.
 */
export const SMALL_BATCH = 16;
/** Bodies longer than this are limited by their total size, shorter ones by their number. */
export const LARGE_BODY_BYTES = 8_192;
