import { UsageError } from './usage.error.js';

/** Reads Unix seconds or ISO 8601 with a time zone. Returns Unix seconds. Throws {@link UsageError}. */
export function readInstant(flag: string, text: string): number {
  if (/^\d{1,11}$/.test(text)) return Number(text);
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/.test(text);
  const at = hasZone ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) {
    const milliseconds = /^\d{12,14}$/.test(text);
    throw new UsageError(
      milliseconds
        ? `--${flag} must be in seconds, not in milliseconds: use ${Math.floor(Number(text) / 1000)}.`
        : `--${flag} must be Unix seconds or a time such as 2026-01-31T12:00:00Z, not "${text}".`,
    );
  }
  return Math.floor(at / 1000);
}
