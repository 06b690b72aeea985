import { decodeId, encodeId } from '../core/ids.js';
import type { Page } from '../core/page.js';
import { checkTexts, pageSize } from '../validation/list-query.js';
import type { EndpointState } from '../core/states.js';
import { badRequest } from '../core/request-error.js';
import type { EndpointScope, EndpointStore } from '../store/typeorm/endpoint-records.js';
import type { EndpointRecord } from './endpoint.js';

/** Which endpoints a list shows. */
export interface EndpointQuery {
  /** At most 100. Default 20. */
  limit?: number;
  /** `nextCursor` of the page before. */
  cursor?: string;
  state?: EndpointState;
  /** Name of a profile. */
  profile?: string;
}

/** One page of `scope`, newest first. Throws a 400 where the cursor is none of ours, or something cannot be looked for. */
export async function listEndpoints<View>(
  store: EndpointStore,
  scope: EndpointScope,
  { limit, cursor, state, profile }: EndpointQuery,
  view: (row: EndpointRecord) => View,
): Promise<Page<View>> {
  checkTexts({ state, profile });
  const size = pageSize(limit);
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rows = await store.page(scope, { limit: size, after, state, profile });
  const last = rows[size - 1];
  const more = rows.length > size && last;
  return {
    data: rows.slice(0, size).map(view),
    nextCursor: more ? `${last.createdAt}.${encodeId('wh', last.id)}` : null,
  };
}

function readCursor(cursor: string): { createdAt: number; id: string } {
  const [, createdAt, id] = /^(\d{1,15})\.(wh_\w{26})$/.exec(cursor) ?? [];
  const uuid = id === undefined ? null : decodeId('wh', id);
  if (uuid === null) {
    throw badRequest({
      field: 'cursor',
      code: 'invalid',
      message: 'cursor must be the nextCursor of another page.',
    });
  }
  return { createdAt: Number(createdAt), id: uuid };
}
