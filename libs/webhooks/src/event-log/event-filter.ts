import type { EventPlace, EventSearch } from '../store/jobs/event-log-store.js';
import { checkInstants, checkTexts, pageSize, wrongCursor } from '../validation/list-query.js';

/** Which events a list contains. */
export interface EventFilter {
  /** Events in one page, at most 100. Default 20. */
  limit?: number;
  /** `nextCursor` of the previous page. */
  cursor?: string;
  /** Such as `message.delivered`. */
  type?: string;
  subject?: string;
  /** Published at this time or later (epoch ms). */
  since?: number;
  /** Published before this time (epoch ms). */
  until?: number;
}

/**
 * Maximum number of rows that one page examines if the filter names a type. Such a page may be short and still have a
 * cursor.
 */
const MAX_ROWS_SCANNED = 2_000;

/** Throws a 400 that names the field if the limit, the cursor, a text or a time is invalid. */
export function toEventSearch({ limit, cursor, type, subject, since, until }: EventFilter): EventSearch {
  checkTexts({ type, subject });
  checkInstants({ since, until });
  const size = pageSize(limit);
  return {
    limit: size,
    before: cursor === undefined ? undefined : readCursor(cursor),
    scan: type === undefined ? size + 1 : MAX_ROWS_SCANNED,
    types: type === undefined ? undefined : [type],
    subject,
    since,
    until,
  };
}

export function writeCursor({ createdAt, sequence }: EventPlace): string {
  return `${createdAt}.${sequence}`;
}

function readCursor(cursor: string): EventPlace {
  const [, createdAt, sequence] = /^(\d{1,15})\.([1-9]\d{0,17})$/.exec(cursor) ?? [];
  if (sequence !== undefined) return { createdAt: Number(createdAt), sequence };
  throw wrongCursor();
}
