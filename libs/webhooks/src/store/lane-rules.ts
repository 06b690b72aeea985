/** After this many failed deliveries in a row, a lane counts as failing: only one worker at a time claims from it. */
export const FAILING_AFTER = 5;
/**
 * Failing lanes are due at multiples of this time (ms). So one statement can claim from many lanes that are due together.
 * No delivery is sent before it is due.
 */
export const FAILING_LANE_STEP_MS = 250;
/** How long a lane waits (ms) if subject order holds back everything that is due in it. */
export const HELD_LANE_WAIT_MS = 25;
/** After this many claims without an outcome, a delivery is suspected of crashing workers. */
export const SUSPECT_AFTER_CLAIMS = 2;
/**
 * Maximum number of rows in a small batch. A statement for small batches is planned once, and handles rows one by one.
 * For larger batches, a statement that is planned for each batch is cheaper.
 */
export const SMALL_BATCH = 16;
/** Bodies and data with more UTF-8 bytes than this are large. Batches and workers limit the total size of large ones. */
export const LARGE_BODY_BYTES = 8_192;
const MAX_BYTES_PER_UNIT = 3;

/** Returns the UTF-8 bytes of a large text, as `octet_length` does; 0 for a small text. */
export function largeBytesOf(text: string): number {
  if (text.length * MAX_BYTES_PER_UNIT <= LARGE_BODY_BYTES) return 0;
  const bytes = Buffer.byteLength(text);
  return bytes > LARGE_BODY_BYTES ? bytes : 0;
}
