/** Deliveries that failed in a row after which a lane is failing: from then on one worker at a time claims from it. */
export const FAILING_AFTER = 5;
/**
 * A failing lane is due at multiples of this, ms: many of them are then claimed with one statement. A delivery is never sent
 * before it is due.
 */
export const FAILING_LANE_STEP_MS = 250;
/** How long a lane waits if subject order holds back everything that is due in it, ms. */
export const HELD_LANE_WAIT_MS = 25;
/** After this many claims without an outcome, a delivery is suspected of crashing workers. */
export const SUSPECT_AFTER_CLAIMS = 2;
/**
 * Rows of a batch up to which a statement pays that handles them one by one and is planned once. With more, one that is
 * planned each time for all of them costs less.
 */
export const SMALL_BATCH = 16;
/** Bodies longer than this are limited by total bytes, shorter ones by number. */
export const LARGE_BODY_BYTES = 8_192;
