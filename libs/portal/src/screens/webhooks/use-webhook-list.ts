import { keepPreviousData, queryOptions, useQuery } from '../../data/index.ts';
import { api } from '../../api/client.ts';
import { POLL_MS } from '../../api/poll.ts';
import { queries } from '../../api/queries.ts';
import type { Endpoint, EndpointState } from '../../api/types.ts';
import { endpointStatus } from '../../design/status-pill.tsx';
import type { Params } from '../../routing/route.ts';

/** The largest page that the API returns. Most accounts have fewer webhooks. */
const PAGE_SIZE = 100;

/** `failing` exists only on this page: to the API such a webhook is active. */
const apiStateOf = (status: string | undefined): EndpointState | undefined =>
  status === 'failing' ? 'active' : (status as EndpointState | undefined);

interface EndpointPage {
  data: Endpoint[];
  nextCursor: string | null;
}

/**
 * Reads the pages from `cursor` on, until a page has an endpoint that matches. Returns that page. If no page has such an
 * endpoint, returns the last page.
 */
function pageWithMatch(state: EndpointState | undefined, cursor: string | null, filter: Params) {
  return queryOptions({
    queryKey: ['endpoints', 'matching', state, cursor, filter],
    queryFn: async ({ signal }): Promise<EndpointPage> => {
      for (let next = cursor ?? undefined; ;) {
        const query = { state, cursor: next, limit: PAGE_SIZE };
        const page: EndpointPage = await api.get('/webhooks', { query, signal });
        if (page.nextCursor === null || page.data.some((endpoint) => matches(endpoint, filter))) return page;
        next = page.nextCursor;
      }
    },
    refetchInterval: POLL_MS,
  });
}

function matches(endpoint: Endpoint, { status, q = '' }: Params): boolean {
  const text = `${endpoint.url} ${endpoint.description ?? ''} ${endpoint.id}`.toLowerCase();
  return (!status || endpointStatus(endpoint) === status) && text.includes(q.toLowerCase());
}

/** A page of the account's webhooks, filtered as in the URL. Pages without a webhook that matches are skipped. */
export function useWebhookList({ status, q, cursor }: Params) {
  const filter = { status, q };
  const state = apiStateOf(status);
  const first = useQuery({
    ...queries.endpoints({ state, cursor, limit: PAGE_SIZE }),
    placeholderData: keepPreviousData,
  });
  const isSkipped =
    first.data !== undefined &&
    first.data.nextCursor !== null &&
    !first.data.data.some((endpoint) => matches(endpoint, filter));
  const later = useQuery({
    ...pageWithMatch(state, first.data?.nextCursor ?? null, filter),
    enabled: isSkipped,
  });
  const { data, error, refetch } = isSkipped ? later : first;
  return {
    endpoints: data?.data.filter((endpoint) => matches(endpoint, filter)),
    nextCursor: data?.nextCursor ?? null,
    /** Whether the account has no webhook at all. `undefined` until that is known. */
    isEmpty: first.data && first.data.data.length === 0 && !status && !q && !cursor,
    error,
    refetch,
    isPlaceholderData: first.isPlaceholderData,
  };
}
