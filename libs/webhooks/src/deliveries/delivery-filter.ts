import { decodeDeliveryId, decodeId } from '../core/ids.js';
import { badRequest } from '../core/request-error.js';
import type { DeliveryState, StatusClass } from '../core/states.js';
import type { DeliverySearch } from '../store/delivery-store.js';
import { checkInstants, checkTexts, pageSize } from '../validation/list-query.js';

/** Which deliveries a list contains. */
export interface DeliveryFilter {
  /** Deliveries in one page, at most 100. Default 20. */
  limit?: number;
  /** `nextCursor` of the previous page. */
  cursor?: string;
  /** `wh_…` */
  endpointId?: string;
  states?: readonly DeliveryState[];
  /** Type of the event, or its name in the profile's vocabulary. */
  eventType?: string;
  /** Class of the last attempt's status. */
  statusClass?: StatusClass;
  subject?: string;
  /** Created at this time or later, epoch ms. */
  since?: number;
  /** Created before this time, epoch ms. */
  until?: number;
  /** `true`: only tests; `false`: no tests. */
  test?: boolean;
}

/** Rows that one page looks at, about, while a filter matches few: then a page is short, but has a cursor. */
const MAX_ROWS_SCANNED = 2_000;
/** Above all ids: the largest `bigint`. */
const MAX_ID = '9223372036854775807';

/** Throws a 400 that names the field: a cursor or endpoint id of the wrong form, a text with NUL, a time that is no integer. */
export function toDeliverySearch(filter: DeliveryFilter): DeliverySearch {
  const { states, subject, eventType, statusClass, since, until, test } = filter;
  checkTexts({ subject, eventType });
  checkInstants({ since, until });
  const limit = pageSize(filter.limit);
  const before = filter.cursor === undefined ? MAX_ID : decodeDeliveryId(filter.cursor);
  if (before === null) {
    const message = 'cursor must be the nextCursor of another page.';
    throw badRequest({ field: 'cursor', code: 'invalid', message });
  }
  const endpoint = filter.endpointId === undefined ? null : decodeId('wh', filter.endpointId);
  if (filter.endpointId !== undefined && endpoint === null) {
    const message = 'endpointId must be the id of a webhook.';
    throw badRequest({ field: 'endpointId', code: 'invalid', message });
  }
  const onlyFailed =
    states !== undefined && states.every((state) => state === 'exhausted' || state === 'discarded');
  const source = subject !== undefined ? 'subject' : onlyFailed ? 'failed' : 'newest';
  // The index of the subject or of the lane returns nothing but matches: no more rows are needed than the page shows.
  const isExact = [states, eventType, statusClass, since, until, test].every((value) => value === undefined);
  return {
    limit,
    before,
    scan: isExact ? limit + 1 : MAX_ROWS_SCANNED,
    source,
    endpoint,
    states,
    eventType,
    statusClass,
    subject,
    since,
    until,
    test,
  };
}
