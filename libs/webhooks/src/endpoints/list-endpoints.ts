import { decodeId, encodeId } from '../core/ids.js';
import type { Page } from '../core/page.js';
import type { EndpointState } from '../core/states.js';
import type { EndpointRecord, EndpointScope, EndpointStore } from '../store/endpoint-store.js';
import { checkTexts, pageSize, wrongCursor } from '../validation/list-query.js';

/** Which endpoints to list. */
export interface EndpointQuery {
  /** Endpoints of a page, 1 to 100. Default 20. */
  limit?: number;
  /** `nextCursor` of the previous page. */
  cursor?: string;
  state?: EndpointState;
  /** Name of a profile. */
  profile?: string;
  /** Only the endpoint with this `uid`. */
  uid?: string;
}

/** One page, newest first. Throws a 400 for a cursor that is not one of ours, and for a filter with invalid characters. */
export async function listEndpoints<View>(
  store: EndpointStore,
  scope: EndpointScope,
  { limit, cursor, state, profile, uid }: EndpointQuery,
  view: (endpoint: EndpointRecord) => View,
): Promise<Page<View>> {
  checkTexts({ state, profile, uid });
  const size = pageSize(limit);
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const found = await store.listEndpoints(scope, { limit: size, after, state, profile, uid });
  const last = found[size - 1];
  const hasMore = found.length > size && last;
  return {
    data: found.slice(0, size).map(view),
    nextCursor: hasMore ? `${last.createdAt}.${encodeId('wh', last.id)}` : null,
  };
}

function readCursor(cursor: string): { createdAt: number; id: string } {
  const [, createdAt, id] = /^(\d{1,15})\.(wh_\w{26})$/.exec(cursor) ?? [];
  const uuid = id === undefined ? null : decodeId('wh', id);
  if (uuid === null) throw wrongCursor();
  return { createdAt: Number(createdAt), id: uuid };
}
