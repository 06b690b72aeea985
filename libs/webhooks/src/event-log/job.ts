import { encodeId } from '../core/ids.js';
import { formatInstant } from '../core/instants.js';
import type { JobKind, JobState } from '../core/states.js';
import type { JobRecord } from '../store/jobs/job-store.js';

/** Background work that a call has started. Instants are RFC 3339 in UTC. */
export interface WebhookJob {
  /** `job_…` */
  id: string;
  kind: JobKind;
  state: JobState;
  /** `wh_…` */
  endpointId: string | null;
  /** Which events the job replays: those that were published at `since` or later and before `until`. */
  range: { since: string; until: string; types: string[] | null; subject: string | null };
  /** Events that had no delivery to the endpoint, among the first 100,000 events of the range. */
  matched: number;
  /** Matched events that the job has processed. */
  done: number;
  /** `matched` minus `done`. */
  left: number;
  /** Deliveries that the job has created: none for events that the endpoint is not subscribed to. */
  deliveries: number;
  /** Why the job failed. */
  error: string | null;
  createdAt: string;
  updatedAt: string;
  finishedAt: string | null;
}

export function toJob(job: JobRecord): WebhookJob {
  const { since, until, types = null, subject = null } = job.range;
  return {
    id: encodeId('job', job.id),
    kind: job.kind,
    state: job.state,
    endpointId: job.endpointId === null ? null : encodeId('wh', job.endpointId),
    range: {
      since: formatInstant(since),
      until: formatInstant(until),
      types: types && [...types],
      subject,
    },
    matched: job.matched,
    done: job.done,
    left: Math.max(0, job.matched - job.done),
    deliveries: job.deliveries,
    error: job.error,
    createdAt: formatInstant(job.createdAt),
    updatedAt: formatInstant(job.updatedAt),
    finishedAt: formatInstant(job.finishedAt),
  };
}
