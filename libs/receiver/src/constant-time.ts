import { timingSafeEqual } from 'node:crypto';

/** Compares two strings in a time that does not depend on where they differ. Their lengths are not secret. */
export function constantTimeEqual(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
