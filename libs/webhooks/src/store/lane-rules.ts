/** Number of failed deliveries in a row after which a lane counts as failing: only one worker at a time then claims from it. */
export const FAILING_AFTER = 5;
/**
 * Failing lanes are due at multiples of this, ms, so that many are due together and one statement can claim from them. No
 * delivery is sent before it is due.
 */
export const FAILING_LANE_STEP_MS = 250;
/** How long a lane waits if subject order holds back everything that is due in it, ms. */
export const HELD_LANE_WAIT_MS = 25;
/** After this many claims without an outcome, a delivery is suspected of crashing workers. */
export const SUSPECT_AFTER_CLAIMS = 2;
/**
 * Up to this number of rows, a statement that is planned once and handles rows one by one is cheaper. For more rows, a
 * statement that is planned for each batch is cheaper.
 */
export const SMALL_BATCH = 16;
/** Bodies and data of more bytes than this, in UTF-8, are limited by their total bytes, smaller ones by their number. */
export const LARGE_BODY_BYTES = 8_192;
const MAX_BYTES_PER_UNIT = 3;

/** Returns the bytes of `text` in UTF-8, as `octet_length` does, if they make it large; 0 if it is small. */
export function largeBytesOf(text: string): number {
  if (text.length * MAX_BYTES_PER_UNIT <= LARGE_BODY_BYTES) return 0;
  const bytes = Buffer.byteLength(text);
  return bytes > LARGE_BODY_BYTES ? bytes : 0;
}
