import { badRequest } from '../core/request-error.js';
import { PAGE_LIMIT } from '../core/page.js';

/** How many items a page holds where so many are asked for. Throws a 400 for what is no number. */
export function pageSize(limit: number = PAGE_LIMIT.default): number {
  if (typeof limit !== 'number' || Number.isNaN(limit)) throw wrong('limit', 'must be a number');
  return Math.min(Math.max(1, Math.trunc(limit)), PAGE_LIMIT.max);
}

/** Throws a 400 naming the first of these texts that the database cannot hold, and so cannot look for. */
export function checkTexts(texts: Record<string, string | undefined>): void {
  for (const [field, text] of Object.entries(texts)) {
    if (text === undefined) continue;
    if (typeof text !== 'string' || text.includes('\0') || !text.isWellFormed())
      throw wrong(field, 'must be a text without NUL and halves of surrogate pairs');
  }
}

/** Throws a 400 naming the first of these instants that is not in whole milliseconds. */
export function checkInstants(instants: Record<string, number | undefined>): void {
  for (const [field, instant] of Object.entries(instants)) {
    if (instant !== undefined && !Number.isSafeInteger(instant))
      throw wrong(field, 'must be an instant in whole epoch milliseconds');
  }
}

function wrong(field: string, what: string): Error {
  return badRequest({ field, code: 'invalid', message: `${field} ${what}.` });
}
