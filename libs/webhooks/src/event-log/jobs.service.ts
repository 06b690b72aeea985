import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from '../core/call-context.js';
import { decodeId, encodeId, requireEndpointUuid } from '../core/ids.js';
import type { Page } from '../core/page.js';
import { conflict, notFound } from '../core/request-error.js';
import { WebhookAudit } from '../observability/audit.js';
import type { JobRecord, JobStore } from '../store/jobs/job-store.js';
import { STORE } from '../store/store.js';
import { pageSize, wrongCursor } from '../validation/list-query.js';
import { toJob, type WebhookJob } from './job.js';

/** Which jobs a list contains. */
export interface JobQuery {
  /** Jobs in one page, at most 100. Default 20. */
  limit?: number;
  /** `nextCursor` of the previous page. */
  cursor?: string;
  /** `wh_…` */
  endpointId?: string;
}

/** A tenant's jobs, until retention deletes them. Another tenant's jobs are a 404. */
@Injectable()
export class WebhookJobs {
  /** @internal The module constructs this class. */
  constructor(
    @Inject(STORE) private readonly store: JobStore,
    private readonly audit: WebhookAudit,
  ) {}

  /**
   * Lists jobs, newest first.
   *
   * @throws WebhooksRequestError 400 `invalid_request` for a wrong cursor or limit, 404 `endpoint_not_found` for an endpoint
   *   id that cannot exist
   */
  async list(tenantId: string, { limit, cursor, endpointId }: JobQuery = {}): Promise<Page<WebhookJob>> {
    const size = pageSize(limit);
    const jobs = await this.store.listJobs(tenantId, {
      limit: size,
      before: cursor === undefined ? undefined : readCursor(cursor),
      endpointId: endpointId === undefined ? undefined : requireEndpointUuid(endpointId),
    });
    const last = jobs.length > size ? jobs[size - 1]! : null;
    return {
      data: jobs.slice(0, size).map(toJob),
      nextCursor: last && `${last.createdAt}.${encodeId('job', last.id)}`,
    };
  }

  /**
   * One job (`job_…`) as it is now.
   *
   * @throws WebhooksRequestError 404 `job_not_found`
   */
  async get(tenantId: string, id: string): Promise<WebhookJob> {
    return toJob(await this.require(tenantId, id));
  }

  /**
   * Ends a job after its running pass. Deliveries that the job has created stay.
   *
   * @throws WebhooksRequestError 404 `job_not_found`, 409 `job_finished`
   */
  async cancel(
    tenantId: string,
    id: string,
    { actor, request }: Omit<CallContext, 'tx'> = {},
  ): Promise<WebhookJob> {
    const { id: uuid } = await this.require(tenantId, id);
    if (!(await this.store.cancelJob(tenantId, uuid)))
      throw conflict('job_finished', 'This job is finished: there is nothing to cancel.');
    const job = await this.get(tenantId, id);
    const data = { job: id, done: job.done, left: job.left };
    this.audit.record({ action: 'job.cancelled', tenantId, actor, request, data });
    return job;
  }

  private async require(tenantId: string, id: string): Promise<JobRecord> {
    const uuid = decodeId('job', id);
    const job = uuid === null ? null : await this.store.findJob(tenantId, uuid);
    if (!job) throw notFound('job');
    return job;
  }
}

function readCursor(cursor: string): { createdAt: number; id: string } {
  const [, createdAt, id] = /^(\d{1,15})\.(job_\w{26})$/.exec(cursor) ?? [];
  const uuid = id === undefined ? null : decodeId('job', id);
  if (uuid !== null) return { createdAt: Number(createdAt), id: uuid };
  throw wrongCursor();
}
