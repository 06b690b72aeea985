const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * Returns the wait that a `Retry-After` header asks for, in ms from `now` (epoch ms), at most a day. The header holds whole
 * seconds or an HTTP date (RFC 9110, 10.2.3). Returns `null` for no header, any other text, and a time that is not later than
 * `now`, such as 0 seconds.
 */
export function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  let wait: number;
  if (/^\d{1,20}$/.test(text)) wait = Number(text) * 1000;
  else if (/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text))
    wait = Date.parse(text) - now;
  else return null;
  return wait > 0 ? Math.min(wait, MAX_RETRY_AFTER_MS) : null;
}
