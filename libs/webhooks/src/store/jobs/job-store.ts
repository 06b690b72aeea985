import type { JobKind, JobState } from '../../core/states.js';
import type { ClaimedEvent, DeliveryToInsert } from '../outbox-store.js';
import type { StoreTransactions } from '../transactions.js';
import type { EventPlace, EventRange } from './event-log-store.js';

/** Which events a replay takes. */
export interface ReplayRange extends EventRange {
  since: number;
  until: number;
}

/** A job. Instants are epoch ms. */
export interface JobRecord {
  /** UUID. */
  id: string;
  tenantId: string;
  kind: JobKind;
  state: JobState;
  /** UUID. */
  endpointId: string | null;
  range: ReplayRange;
  cursor: EventPlace | null;
  matched: number;
  done: number;
  deliveries: number;
  /** Number of passes that failed in a row. */
  attempts: number;
  error: string | null;
  createdAt: number;
  updatedAt: number;
  finishedAt: number | null;
}

export type NewJob = Pick<JobRecord, 'id' | 'tenantId' | 'kind' | 'endpointId' | 'range' | 'matched'>;

/** The changes that a pass makes to its job. */
export interface JobProgress {
  state: JobState;
  cursor: EventPlace | null;
  matched: number;
  done: number;
  deliveries: number;
  attempts: number;
  error: string | null;
  /** Time until the next pass is due (ms); `null`: the job has ended. */
  nextInMs: number | null;
}

/** An event that a replay has examined. */
export interface ScannedEvent extends EventPlace {
  /** It is in the range, is not a test, is not erased, and has no delivery in the lane. */
  isCandidate: boolean;
  isRelayed: boolean;
  /** Size of its data. */
  bytes: number;
}

/** Jobs: work that workers do in passes. Each pass commits together with the job's progress. */
export interface JobStore extends StoreTransactions {
  /** In `tx`: writes a job that is due now. Returns false if the endpoint has a job of this kind that has not ended. */
  insertJob(job: NewJob): Promise<boolean>;
  findJob(tenantId: string, id: string): Promise<JobRecord | null>;
  /** Newest first, `limit` + 1 at most. `before`: the last job of the previous page. */
  listJobs(
    tenantId: string,
    page: { limit: number; before?: { createdAt: number; id: string }; endpointId?: string },
  ): Promise<JobRecord[]>;
  /** Cancels a job that has not ended. Waits until a running pass ends. Returns false if the job had ended. */
  cancelJob(tenantId: string, id: string): Promise<boolean>;
  /**
   * In `tx`: returns the job that has been due longest, locked until `tx` ends. Skips jobs that other workers have
   * locked.
   */
  claimJob(): Promise<JobRecord | null>;
  /** Writes the progress of a job, unless it has ended. */
  updateJob(id: string, progress: JobProgress): Promise<void>;

  /**
   * At most `limit` events of the range, oldest first. Leaves out the events up to and including `after`. Includes events
   * that are not candidates, so that a pass knows how far it has read.
   */
  scanEvents(
    tenantId: string,
    laneId: string,
    range: ReplayRange,
    after: EventPlace | null,
    limit: number,
  ): Promise<ScannedEvent[]>;
  /** Number of the candidates among the first `limit` events of the range. */
  countReplayable(tenantId: string, laneId: string, range: ReplayRange, limit: number): Promise<number>;
  /**
   * These events with their data, in the order of `sequences`. Leaves out erased events. With `lock` (only in `tx`), none
   * of them can be erased before `tx` ends.
   */
  readEvents(sequences: readonly string[], options: { lock: boolean }): Promise<ClaimedEvent[]>;
  /** Counts, up to `limit`, the unfinished deliveries in the lane, except first attempts of live events. */
  countWaiting(laneId: string, limit: number): Promise<number>;
  /**
   * In `tx`: inserts deliveries of past events in one lane. They are due now, behind live deliveries. Leaves out deliveries
   * that exist already. Returns how many it inserted.
   */
  insertReplayed(laneId: string, deliveries: readonly DeliveryToInsert[]): Promise<number>;
}
