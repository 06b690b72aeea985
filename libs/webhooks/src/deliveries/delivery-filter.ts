import { decodeDeliveryId, decodeId } from '../core/ids.js';
import { badRequest } from '../core/request-error.js';
import type { DeliveryState, StatusClass } from '../core/states.js';
import type { DeliverySearch } from '../store/searches/delivery-search.js';
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
  /** Status of the last attempt, such as 503. */
  status?: number;
  /** `dlv_…` */
  deliveryId?: string;
  /** Id of the event: `evt_…`, which receivers get as `webhook-id`, or its UUID, which they get in CloudEvents. */
  eventId?: string;
  subject?: string;
  /** Created at this time or later (epoch ms). */
  since?: number;
  /** Created before this time (epoch ms). */
  until?: number;
  /** `true`: only tests; `false`: no tests. */
  test?: boolean;
}

/** Approximate number of rows that a page reads if its filter matches few. The page is then short, but has a cursor. */
const MAX_ROWS_SCANNED = 2_000;
/** What an error says about an id of the wrong form. */
const ID_FORMS = {
  cursor: 'the nextCursor of another page',
  deliveryId: 'the id of a delivery, such as dlv_42',
  eventId: 'the id of an event: evt_… or a UUID',
  endpointId: 'the id of a webhook',
};
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** The largest `bigint`: no id is larger. */
const MAX_ID = '9223372036854775807';

/** Throws a 400 that names the field if a cursor, id or time has the wrong form, a text contains NUL, or a number is out of range. */
export function toDeliverySearch(filter: DeliveryFilter): DeliverySearch {
  const { states, subject, eventType, statusClass, status, since, until, test } = filter;
  checkTexts({ subject, eventType });
  checkInstants({ since, until });
  if (status !== undefined && !(Number.isInteger(status) && status >= 100 && status <= 999))
    throw badRequest({ field: 'status', code: 'invalid', message: 'status must be from 100 to 999.' });
  const limit = pageSize(filter.limit);
  const before = decode(filter, 'cursor', decodeDeliveryId) ?? MAX_ID;
  const delivery = decode(filter, 'deliveryId', decodeDeliveryId);
  const event = decode(filter, 'eventId', (id) => decodeId('evt', id) ?? (UUID.test(id) ? id : null));
  const endpoint = decode(filter, 'endpointId', (id) => decodeId('wh', id)) ?? null;
  const onlyFailed =
    states !== undefined && states.every((state) => state === 'exhausted' || state === 'discarded');
  const bySubject = subject !== undefined ? 'subject' : onlyFailed ? 'failed' : 'newest';
  const source = delivery !== undefined ? 'delivery' : event !== undefined ? 'event' : bySubject;
  // If the filter has at most an endpoint and a subject, all scanned rows match. Then one row more than the page shows is
  // enough.
  const others = [states, eventType, statusClass, status, since, until, test];
  const isExact = source !== 'delivery' && source !== 'event' && others.every((value) => value === undefined);
  return {
    limit,
    before,
    scan: isExact ? limit + 1 : MAX_ROWS_SCANNED,
    source,
    endpoint,
    states,
    eventType,
    statusClass,
    status,
    delivery,
    event,
    subject,
    since,
    until,
    test,
  };
}

/** Returns the decoded id in a field, or `undefined` if it is not given. Throws a 400 if the id has the wrong form. */
function decode(
  filter: DeliveryFilter,
  field: keyof typeof ID_FORMS,
  read: (id: string) => string | null,
): string | undefined {
  const given = filter[field];
  if (given === undefined) return undefined;
  const decoded = typeof given === 'string' ? read(given) : null;
  if (decoded !== null) return decoded;
  throw badRequest({ field, code: 'invalid', message: `${field} must be ${ID_FORMS[field]}.` });
}
