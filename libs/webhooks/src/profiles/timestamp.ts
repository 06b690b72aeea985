/** `2024-01-15T10:30:15.250Z`: UTC with milliseconds. */
export function isoMilliseconds(instant: number): string {
  return new Date(instant).toISOString();
}

/** `2024-01-15T10:30:15Z`: UTC to the second, the rest dropped. */
export function isoSeconds(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, -5)}Z`;
}

/** Whole seconds since 1970, the rest dropped. */
export function unixSeconds(instant: number): number {
  return Math.floor(instant / 1000);
}
