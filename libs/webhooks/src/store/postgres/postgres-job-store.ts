import type { ErasedBatch, OldDeliveries } from '../jobs/erasure-store.js';
import type { EventPlace, EventRecord, EventSearch } from '../jobs/event-log-store.js';
import type { JobProgress, JobRecord, NewJob, ReplayRange, ScannedEvent } from '../jobs/job-store.js';
import type { RetentionBatch } from '../maintenance-store.js';
import type { ClaimedEvent, DeliveryToInsert } from '../outbox-store.js';
import { countWaiting, insertReplayed } from './jobs/insert-replayed.js';
import { cancelJob, claimJob, findJob, insertJob, listJobs, updateJob } from './jobs/jobs.js';
import { findEvent, listTenantEvents } from './jobs/list-events.js';
import { countReplayable, readEvents, scanEvents } from './jobs/replayable-events.js';
import { countOldDeliveries } from './maintenance/count-old-deliveries.js';
import { deleteOldJobs } from './maintenance/delete-old-rows.js';
import {
  countSubjectEvents,
  eraseOldDeliveries,
  eraseOldEvents,
  eraseSubject,
} from './maintenance/erase-bodies.js';
import { PostgresChangeStore } from './postgres-change-store.js';

/** The statements on the log of events and on jobs, one line per method. */
export abstract class PostgresJobStore extends PostgresChangeStore {
  listTenantEvents(
    tenantId: string,
    search: EventSearch,
  ): Promise<{ events: EventRecord[]; next: EventPlace | null }> {
    return listTenantEvents(this.session, tenantId, search);
  }

  findEvent(tenantId: string, uuid: string): Promise<(EventRecord & { data: string }) | null> {
    return findEvent(this.session, tenantId, uuid);
  }

  insertJob(job: NewJob): Promise<boolean> {
    this.commits.noteLanes(this.session.runner);
    return insertJob(this.session, job);
  }

  findJob(tenantId: string, id: string): Promise<JobRecord | null> {
    return findJob(this.session, tenantId, id);
  }

  listJobs(
    tenantId: string,
    page: { limit: number; before?: { createdAt: number; id: string }; endpointId?: string },
  ): Promise<JobRecord[]> {
    return listJobs(this.session, tenantId, page);
  }

  cancelJob(tenantId: string, id: string): Promise<boolean> {
    return cancelJob(this.session, tenantId, id);
  }

  claimJob(): Promise<JobRecord | null> {
    return claimJob(this.session);
  }

  updateJob(id: string, progress: JobProgress): Promise<void> {
    return updateJob(this.session, id, progress);
  }

  scanEvents(
    tenantId: string,
    laneId: string,
    range: ReplayRange,
    after: EventPlace | null,
    limit: number,
  ): Promise<ScannedEvent[]> {
    return scanEvents(this.session, tenantId, laneId, range, after, limit);
  }

  countReplayable(tenantId: string, laneId: string, range: ReplayRange, limit: number): Promise<number> {
    return countReplayable(this.session, tenantId, laneId, range, limit);
  }

  readEvents(sequences: readonly string[], options: { lock: boolean }): Promise<ClaimedEvent[]> {
    return readEvents(this.session, sequences, options);
  }

  countWaiting(laneId: string, limit: number): Promise<number> {
    return countWaiting(this.session, laneId, limit);
  }

  insertReplayed(laneId: string, deliveries: readonly DeliveryToInsert[]): Promise<number> {
    return insertReplayed(this.session, laneId, deliveries);
  }

  countSubjectEvents(tenantId: string, subject: string, limit: number): Promise<number> {
    return countSubjectEvents(this.session, tenantId, subject, limit);
  }

  eraseSubject(tenantId: string, subject: string, after: string): Promise<ErasedBatch> {
    return eraseSubject(this.session, tenantId, subject, after);
  }

  eraseOldDeliveries(keepMs: number, after: string): Promise<RetentionBatch> {
    return eraseOldDeliveries(this.session, keepMs, after);
  }

  eraseOldEvents(keepMs: number, after: string): Promise<RetentionBatch> {
    return eraseOldEvents(this.session, keepMs, after);
  }

  countOldDeliveries(which: OldDeliveries): Promise<number> {
    return countOldDeliveries(this.session, which);
  }

  deleteOldJobs(retentionMs: number): Promise<number> {
    return deleteOldJobs(this.session, retentionMs);
  }
}
