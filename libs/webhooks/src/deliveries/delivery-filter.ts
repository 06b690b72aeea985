import { decodeDeliveryId, decodeId } from '../core/ids.js';
import { checkInstants, checkTexts, pageSize } from '../validation/list-query.js';
import type { DeliveryState, StatusClass } from '../core/states.js';
import { badRequest } from '../core/request-error.js';

/** Which deliveries a list shows. */
export interface DeliveryFilter {
  /** At most 100. Default 20. */
  limit?: number;
  /** `nextCursor` of the page before. */
  cursor?: string;
  /** `wh_…` */
  endpointId?: string;
  states?: readonly DeliveryState[];
  /** Type of the event, or its name in the profile's vocabulary. */
  eventType?: string;
  statusClass?: StatusClass;
  subject?: string;
  /** Created from then on, epoch milliseconds. */
  since?: number;
  /** Created before then, epoch milliseconds. */
  until?: number;
  test?: boolean;
}

/** Rows that one page looks at where a filter may match few of them: a page may be short, and have a cursor nevertheless. */
const MAX_ROWS_SCANNED = 2000;

/** A filter as the statement takes it. */
export interface DeliverySearch {
  limit: number;
  /** Look at rows below this number. */
  before: string;
  scan: number;
  /** Which index leads: the subject's events, what failed, or the lanes' newest. */
  source: 'subject' | 'failed' | 'newest';
  endpoint: string | null;
  filter: DeliveryFilter;
}

/** Throws a 400 naming the field that cannot be looked for: a cursor or an endpoint id that is none of ours, a NUL. */
export function toDeliverySearch(filter: DeliveryFilter): DeliverySearch {
  const { states, subject, eventType, statusClass, since, until, test } = filter;
  checkTexts({ subject, eventType });
  checkInstants({ since, until });
  const limit = pageSize(filter.limit);
  const before = filter.cursor === undefined ? '9223372036854775807' : decodeDeliveryId(filter.cursor);
  if (before === null) {
    throw badRequest({
      field: 'cursor',
      code: 'invalid',
      message: 'cursor must be the nextCursor of another page.',
    });
  }
  const endpoint = filter.endpointId === undefined ? null : decodeId('wh', filter.endpointId);
  if (filter.endpointId !== undefined && endpoint === null) {
    throw badRequest({
      field: 'endpointId',
      code: 'invalid',
      message: 'endpointId must be the id of a webhook.',
    });
  }
  const failed =
    states !== undefined && states.every((state) => state === 'exhausted' || state === 'discarded');
  const plain = [states, eventType, statusClass, since, until, test].every((value) => value === undefined);
  const source = subject !== undefined ? 'subject' : failed ? 'failed' : 'newest';
  return { limit, before, scan: plain ? limit + 1 : MAX_ROWS_SCANNED, source, endpoint, filter };
}
