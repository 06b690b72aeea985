import { api } from '../../api/client.ts';
import { POLL_MS } from '../../api/poll.ts';
import type { Job } from '../../api/types.ts';
import { queryOptions } from '../../data/index.ts';

/** Which events to send. */
export interface ReplayBody {
  since: string;
  until?: string;
  types?: string[];
  subject?: string;
}

export const isOpen = ({ state }: Job): boolean => state === 'pending' || state === 'running';

const JOBS = 10;
const SOON_MS = 1000;

/** The latest replays of a webhook. */
export const jobsQuery = (endpointId: string) =>
  queryOptions({
    queryKey: ['jobs', endpointId],
    queryFn: ({ signal }) => api.get('/webhooks/jobs', { query: { endpointId, limit: JOBS }, signal }),
    refetchInterval: (page) => (page?.data.some(isOpen) ? SOON_MS : POLL_MS),
  });

export const replay = (id: string, body: ReplayBody, dryRun: boolean) =>
  api.post('/webhooks/{id}/replay', { path: { id }, body: { ...body, dryRun } });
