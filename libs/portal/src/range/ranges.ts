/** Lengths (ms) of the named ranges. Each range ends now. */
export const RANGES = {
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
} as const;

export type RangeName = keyof typeof RANGES;

/** A chosen range: a name from `RANGES`, or `custom` with two times in the format of `datetime-local` fields. */
export interface RangeChoice {
  range?: string;
  since?: string;
  until?: string;
}

/** Converts the value of a `datetime-local` field, which is in local time, to RFC 3339. */
function instantOf(local: string | undefined): string | undefined {
  const at = local ? new Date(local) : null;
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
}

/** Converts a chosen range to RFC 3339. Without `since`, the range has no beginning. Without `until`, the range ends now. */
export function resolveRange(
  { range, since, until }: RangeChoice,
  now: number,
): { since?: string; until?: string } {
  if (range === 'custom') return { since: instantOf(since), until: instantOf(until) };
  const length = range && Object.hasOwn(RANGES, range) ? RANGES[range as RangeName] : null;
  return length ? { since: new Date(now - length).toISOString() } : {};
}
