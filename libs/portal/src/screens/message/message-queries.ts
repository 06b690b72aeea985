import { keepPreviousData, queryOptions } from '../../data/index.ts';
import { api } from '../../api/client.ts';
import { POLL_MS } from '../../api/poll.ts';

/** The events of one subject, such as a message, with their deliveries. A page has at most 20 events. */
export const subjectQuery = (subject: string, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['subject', subject, cursor],
    queryFn: ({ signal }) =>
      api.get('/webhooks/subjects/{subject}', { path: { subject }, query: { cursor }, signal }),
    refetchInterval: POLL_MS,
    placeholderData: keepPreviousData,
  });
