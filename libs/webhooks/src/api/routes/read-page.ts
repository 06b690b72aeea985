import { PAGE_LIMIT } from '../../core/page.js';
import type { QueryReader } from '../query-reader.js';

/** The query parameters that all lists have. */
export function readPage(read: QueryReader): { limit?: number; cursor?: string } {
  return { limit: read.wholeNumber('limit', 1, PAGE_LIMIT.max), cursor: read.text('cursor') };
}
