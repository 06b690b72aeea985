import { Inject, Injectable } from '@nestjs/common';
import { encodeId } from '../../core/ids.js';
import { LineLogger } from '../../core/line-logger.js';
import type { JobProgress, JobRecord, JobStore } from '../../store/jobs/job-store.js';
import type { DeliveryStore } from '../../store/delivery-store.js';
import type { OutboxStore } from '../../store/outbox-store.js';
import { STORE } from '../../store/store.js';
import { ReplayReader } from './replay-reader.js';

type Stores = JobStore & OutboxStore & DeliveryStore;

/** Maximum number of jobs that are tried, one after another, until one of them can do something now. */
const MAX_JOBS_TRIED = 10;
/** Maximum number of events in one pass. A pass is short, so that live deliveries do not wait for it. */
const MAX_EVENTS_PER_PASS = 100;
/**
 * While this many replayed deliveries and retries wait in a lane, a job adds no more, so that a receiver does not
 * get a whole replay at once.
 */
const MAX_WAITING = 200;
/** Time (ms) until the next pass if the lane of a paused endpoint is full, or if events wait for the relay. */
const WAIT_MS = 5_000;
/** After this many failed passes in a row, the job fails. */
const MAX_ATTEMPTS = 10;
const MAX_BACKOFF_MS = 60_000;
/** Time (ms) between two log lines about running jobs. */
const REPORT_INTERVAL_MS = 10_000;

/**
 * Runs jobs in passes. A pass is one transaction: its work and its progress commit together. If the process dies, any worker
 * continues the job after its last committed pass, and nothing is done twice.
 */
@Injectable()
export class JobRunner {
  private readonly logger = new LineLogger('WebhookJobs');
  private reportedAt = -Infinity;

  constructor(
    @Inject(STORE) private readonly store: Stores,
    private readonly reader: ReplayReader,
  ) {}

  /** Runs one pass of the longest-waiting due job that can do something now. Returns whether there was such a job. */
  async runPass(): Promise<boolean> {
    for (let tries = 0; tries < MAX_JOBS_TRIED; tries++) {
      const result = await this.tryPass();
      if (result !== 'waits') return result === 'progress';
    }
    return false;
  }

  private async tryPass(): Promise<'none' | 'waits' | 'progress'> {
    let job: JobRecord | null = null;
    let progress: JobProgress | null = null;
    try {
      await this.store.transaction(async (tx) => {
        progress = null;
        job = await tx.claimJob();
        if (job === null) return;
        progress = await this.replay(tx, job);
        await tx.updateJob(job.id, progress);
      });
    } catch (error) {
      if (job === null) throw error;
      await this.noteFailure(job, error as Error);
      return 'waits';
    }
    if (job === null || progress === null) return 'none';
    return this.report(job, progress) ? 'progress' : 'waits';
  }

  private async replay(tx: Stores, job: JobRecord): Promise<JobProgress> {
    const before = { ...job, state: 'running', attempts: 0, error: null } as const;
    const lane = await tx.findLane(job.tenantId, job.endpointId!);
    const destination = lane ? await this.reader.readDestination(lane.id, tx) : undefined;
    if (!lane || !destination || lane.state === 'closed') {
      return failed(job, 'The webhook was disabled or deleted before the replay had ended.');
    }
    if (destination.blockedReason === 'endpoint-unreadable') {
      return failed(job, 'The settings of the webhook cannot be read.');
    }
    const room = MAX_WAITING - (await tx.countWaiting(lane.id, MAX_WAITING));
    // The lane has no room. The job is due again behind the other jobs.
    if (room <= 0) return { ...before, nextInMs: lane.state === 'paused' ? WAIT_MS : 0 };
    const maxEvents = Math.min(room, MAX_EVENTS_PER_PASS);
    const batch = await this.reader.readBatch(destination, job.range, job.cursor, maxEvents, tx);
    const inserted = await tx.insertReplayed(lane.id, batch.deliveries);
    const done = job.done + batch.done;
    return {
      ...before,
      state: batch.isEnd ? 'done' : 'running',
      cursor: batch.next,
      // `matched` was counted only up to a limit, so `done` may exceed it.
      matched: batch.isEnd ? done : Math.max(job.matched, done),
      done,
      deliveries: job.deliveries + inserted,
      nextInMs: batch.isEnd ? null : batch.mustWait ? WAIT_MS : 0,
    };
  }

  private async noteFailure(job: JobRecord, error: Error): Promise<void> {
    const attempts = job.attempts + 1;
    const isLast = attempts >= MAX_ATTEMPTS;
    this.logger.error(
      `${nameOf(job)}: a pass failed (failure ${attempts} of ${MAX_ATTEMPTS}), ${describe(job)}: ${error.message}`,
    );
    await this.store.updateJob(job.id, {
      ...job,
      state: isLast ? 'failed' : 'running',
      attempts,
      // This text is for the tenant. The database's own message is in the log.
      error: isLast ? 'The replay failed. The operator of this service can see the reason in the log.' : null,
      nextInMs: isLast ? null : Math.min(1_000 * 2 ** attempts, MAX_BACKOFF_MS),
    });
  }

  /** Logs what a pass did. Returns whether it did something. */
  private report(job: JobRecord, progress: JobProgress): boolean {
    if (progress.state === 'failed')
      this.logger.warn(`${nameOf(job)} stopped, ${describe(progress)}: ${progress.error}`);
    else if (progress.state === 'done') this.logger.log(`${nameOf(job)} is done, ${describe(progress)}`);
    else if (performance.now() - this.reportedAt > REPORT_INTERVAL_MS) {
      this.reportedAt = performance.now();
      this.logger.log(`${nameOf(job)} continues, ${describe(progress)}`);
    }
    return progress.state !== 'running' || progress.cursor?.sequence !== job.cursor?.sequence;
  }
}

function nameOf({ id, endpointId, tenantId }: JobRecord): string {
  return `Replay ${encodeId('job', id)} to ${encodeId('wh', endpointId!)} of tenant ${tenantId}`;
}

function describe({ matched, done, deliveries }: JobProgress | JobRecord): string {
  return `${matched} matched, ${done} done, ${matched - done} left, ${deliveries} deliveries created`;
}

function failed(job: JobRecord, error: string): JobProgress {
  return { ...job, state: 'failed', error, nextInMs: null };
}
