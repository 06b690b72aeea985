import { badRequest, type WebhooksRequestError } from '../core/request-error.js';
import { PAGE_LIMIT } from '../core/page.js';

/** Returns the page size for a requested `limit`, from 1 to 100. Throws a 400 if `limit` is not a number. */
export function pageSize(limit: number = PAGE_LIMIT.default): number {
  if (typeof limit !== 'number' || Number.isNaN(limit)) throw invalid('limit', 'must be a number');
  return Math.min(Math.max(1, Math.trunc(limit)), PAGE_LIMIT.max);
}

/**
 * Throws a 400 if PostgreSQL cannot store one of these texts, and so cannot search for it. The error names the first one.
 */
export function checkTexts(texts: Record<string, string | undefined>): void {
  for (const [field, text] of Object.entries(texts)) {
    if (text === undefined) continue;
    if (typeof text !== 'string' || text.includes('\0') || !text.isWellFormed())
      throw invalid(field, 'must be a string without NUL characters and halves of surrogate pairs');
  }
}

/** Throws a 400 if one of these instants is not in whole milliseconds. The error names the first one. */
export function checkInstants(instants: Record<string, number | undefined>): void {
  for (const [field, instant] of Object.entries(instants)) {
    if (instant !== undefined && !Number.isSafeInteger(instant))
      throw invalid(field, 'must be a whole number of epoch milliseconds');
  }
}

function invalid(field: string, rule: string): Error {
  return badRequest({ field, code: 'invalid', message: `${field} ${rule}.` });
}

export function wrongCursor(): WebhooksRequestError {
  const message = 'cursor must be the nextCursor of another page.';
  return badRequest({ field: 'cursor', code: 'invalid', message });
}
