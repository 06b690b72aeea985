/** What names a webhook within its profile; `null` where the payload does not say. */
export interface Identity {
  id: string | null;
  type: string | null;
}

/** A field as text; `null` where it is missing or neither text nor number. */
export function text(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The parts as one key; `null` where one of them is missing. */
export function keyOf(...parts: unknown[]): string | null {
  const texts = parts.map(text);
  return texts.includes(null) ? null : texts.join(':');
}
