import type { DeliveryState } from '../../api/types.ts';
import { resolveRange } from '../../range/ranges.ts';
import type { Params } from '../../routing/route.ts';

/** Parameters of the URL that filter a list. */
export const FILTERS = [
  'q',
  'state',
  'event',
  'status',
  'endpoint',
  'range',
  'since',
  'until',
  'test',
] as const;

/** The values of `state` in the URL, each with the states of deliveries that it stands for. */
export const STATE_GROUPS = {
  delivered: ['delivered'],
  waiting: ['pending', 'sending'],
  failed: ['exhausted'],
  discarded: ['discarded'],
} as const satisfies Record<string, readonly DeliveryState[]>;

export type StateGroup = keyof typeof STATE_GROUPS;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'none'] as const;

/** Query parameters of a list of deliveries. */
export interface DeliveryQuery {
  state?: string;
  eventType?: string;
  status?: number;
  statusClass?: (typeof CLASSES)[number];
  endpointId?: string;
  since?: string;
  until?: string;
  test?: boolean;
  deliveryId?: string;
  eventId?: string;
  subject?: string;
}

function statusOf(status: string | undefined): Pick<DeliveryQuery, 'status' | 'statusClass'> {
  const statusClass = CLASSES.find((each) => each === status);
  if (statusClass) return { statusClass };
  return status && /^[1-9]\d\d$/.test(status) ? { status: Number(status) } : {};
}

/**
 * Returns the searches for a text. The second one is used if the first one finds nothing. The text may be the id of a
 * delivery, an event or a message. A UUID may be the id of an event or of a message, so it needs two searches.
 */
export function searchesOf(
  words: string | undefined,
): Pick<DeliveryQuery, 'deliveryId' | 'eventId' | 'subject'>[] {
  const text = words?.trim();
  if (!text) return [{}];
  if (/^dlv_\d+$/.test(text)) return [{ deliveryId: text }];
  if (/^evt_[\da-z]{26}$/i.test(text)) return [{ eventId: text }];
  return UUID.test(text) ? [{ eventId: text }, { subject: text }] : [{ subject: text }];
}

/** The query parameters of a list, without those of the search. */
export function queryOf(params: Params, now: number): DeliveryQuery {
  const group =
    params.state && Object.hasOwn(STATE_GROUPS, params.state) ? (params.state as StateGroup) : null;
  return {
    state: group ? STATE_GROUPS[group].join(',') : undefined,
    eventType: params.event,
    endpointId: params.endpoint,
    test: params.test === 'only' ? true : params.test === 'none' ? false : undefined,
    ...statusOf(params.status),
    ...resolveRange(params, now),
  };
}

export const isFiltered = (params: Params): boolean => FILTERS.some((name) => params[name]);

/** Returns the parameters without filters and cursor. */
export function withoutFilters(params: Params): Params {
  const dropped: readonly string[] = [...FILTERS, 'cursor'];
  return Object.fromEntries(Object.entries(params).filter(([name]) => !dropped.includes(name)));
}
