import { keepPreviousData, queryOptions } from '../../data/index.ts';
import { api } from '../../api/client.ts';
import { POLL_MS } from '../../api/poll.ts';

/** What became of the events of one subject, such as a message. A page has at most 20 of them. */
export const subjectQuery = (subject: string, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['subject', subject, cursor],
    queryFn: ({ signal }) =>
      api.get('/webhooks/subjects/{subject}', { path: { subject }, query: { cursor }, signal }),
    refetchInterval: POLL_MS,
    placeholderData: keepPreviousData,
  });
