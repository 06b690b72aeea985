import { keepPreviousData, queryOptions } from '../../data/index.ts';
import { api } from '../../api/client.ts';
import { POLL_MS } from '../../api/poll.ts';
import type { Delivery } from '../../api/types.ts';
import type { Params } from '../../routing/route.ts';
import { FILTERS, queryOf, searchesOf, type DeliveryQuery } from './delivery-query.ts';

interface Page {
  data: Delivery[];
  nextCursor: string | null;
}

const PAGE_SIZE = 25;

type ListQuery = DeliveryQuery & { limit: number; cursor?: string };

function fetchPage(id: string | undefined, query: ListQuery, signal: AbortSignal): Promise<Page> {
  // The API takes a comma-separated list of states, but its types declare an array.
  const typed = query as never;
  return id
    ? api.get('/webhooks/{id}/deliveries', { path: { id }, query: typed, signal })
    : api.get('/webhooks/deliveries', { query: typed, signal });
}

async function search(params: Params, signal: AbortSignal): Promise<Page> {
  const query = { ...queryOf(params, Date.now()), limit: PAGE_SIZE, cursor: params.cursor };
  let page: Page = { data: [], nextCursor: null };
  for (const words of searchesOf(params.q)) {
    page = await fetchPage(params.webhook, { ...query, ...words }, signal);
    if (page.data.length > 0 || page.nextCursor) break;
  }
  return page;
}

/** A page of deliveries, filtered as in the URL. `live`: polls for new deliveries while the tab is visible. */
export function deliveryPage(params: Params, live: boolean) {
  const key = [params.webhook, params.cursor, ...FILTERS.map((name) => params[name])];
  return queryOptions({
    queryKey: ['deliveries', ...key],
    queryFn: ({ signal }) => search(params, signal),
    refetchInterval: live ? POLL_MS : false,
    placeholderData: keepPreviousData,
  });
}
