/** Failed deliveries in a row after which a lane's breaker opens: from then on the lane is only probed. */
export const BREAKER_THRESHOLD = 5;
/** How long a lane waits if subject order holds back everything that is due in it, ms. */
export const HELD_LANE_WAIT_MS = 25;
/** Claims without an outcome after which a delivery may be what crashes its workers. */
export const SUSPECT_AFTER_CLAIMS = 2;
/** A longer body is large: of large bodies the bytes are limited, of others the number. */
export const LARGE_BODY_BYTES = 8_192;
