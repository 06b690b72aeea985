import { createHash } from 'node:crypto';

/** What identifies a webhook within its profile. `null`: the request does not contain this value. */
export interface EventIdentity {
  id: string | null;
  type: string | null;
}

/**
 * Returns a field as text, or `null` if it is missing, empty, or neither a string nor an exact number. JSON numbers beyond
 * 2^53 are rounded when they are parsed, so two different numbers could give the same text.
 */
export function textField(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Joins the parts to one key. Returns `null` if a part is missing. */
export function joinKey(...parts: unknown[]): string | null {
  const texts = parts.map(textField);
  return texts.includes(null) ? null : texts.join(':');
}

/** Identifies a body that contains no id. */
export const digestOf = (body: Buffer): string => `sha256:${createHash('sha256').update(body).digest('hex')}`;
