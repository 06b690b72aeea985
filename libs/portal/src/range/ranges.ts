/** Lengths of the ranges that have a name, ms. They end now. */
export const RANGES = {
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
} as const;

export type RangeName = keyof typeof RANGES;

/** A choice of time: a name of `RANGES`, or `custom` with its times as `datetime-local` fields have them. */
export interface RangeChoice {
  range?: string;
  since?: string;
  until?: string;
}

/** The time of a `datetime-local` field, which is the reader's own, as RFC 3339. */
function instantOf(local: string | undefined): string | undefined {
  const at = local ? new Date(local) : null;
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
}

/** The times of a choice as RFC 3339. Without `since` it has no beginning, without `until` it ends now. */
export function resolveRange(
  { range, since, until }: RangeChoice,
  now: number,
): { since?: string; until?: string } {
  if (range === 'custom') return { since: instantOf(since), until: instantOf(until) };
  const length = range && Object.hasOwn(RANGES, range) ? RANGES[range as RangeName] : null;
  return length ? { since: new Date(now - length).toISOString() } : {};
}
