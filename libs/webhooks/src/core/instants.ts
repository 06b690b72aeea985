const INSTANT = /^(\d{4}-\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

/** Returns epoch ms for RFC 3339 text or for a date without a time, and `null` for anything else. */
export function parseInstant(text: unknown): number | null {
  const [, month, day] = (typeof text === 'string' && INSTANT.exec(text)) || [];
  // Date.parse reads 30 February as 2 March.
  if (month === undefined || new Date(`${month}-${day}`).getUTCDate() !== Number(day)) return null;
  const instant = Date.parse(text as string);
  return Number.isFinite(instant) ? instant : null;
}

/** Returns RFC 3339 text in UTC with milliseconds, or `null` for `null`. `instant` is in epoch ms. */
export function formatInstant<T extends number | null>(instant: T): T extends number ? string : string | null;
export function formatInstant(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}
