import { Injectable } from '@nestjs/common';
import { WebhookAudit } from '../observability/audit.js';
import type { CallContext } from '../core/call-context.js';
import { Session } from '../store/postgres/connection/session.js';
import { retryFailed, type RecoverResult } from './bulk-retry.js';
import { CommitListener } from '../store/typeorm/commit-listener.js';
import { badRequest, notFound } from '../core/request-error.js';
import { RECOVERABLE, RecoverDeliveries } from '../endpoints/action.dto.js';
import { parseInstant } from '../core/instants.js';
import { requireEndpointUuid } from '../core/ids.js';
import { EndpointStore } from '../store/typeorm/endpoint-records.js';
import { readBody } from '../validation/read-input.js';

/** Sends again what an endpoint missed. */
@Injectable()
export class BulkRetry {
  constructor(
    private readonly database: Session,
    private readonly store: EndpointStore,
    private readonly commits: CommitListener,
    private readonly audit: WebhookAudit,
  ) {}

  /**
   * Makes the deliveries that ended without success in a span of time due again, the earliest first, at most 10,000 in one
   * call; with `dryRun` counts them. Not those that were cancelled, ignored, never rendered, or tests. Works in batches, each in a
   * transaction of its own. Throws a 409 where the endpoint is disabled.
   */
  async recover(
    tenantId: string,
    id: string,
    input: RecoverDeliveries,
    { actor, request }: Omit<CallContext, 'tx'> = {},
  ): Promise<RecoverResult> {
    const fields = await readBody(RecoverDeliveries, input);
    const since = parseInstant(fields.since)!;
    const until = fields.until === undefined ? null : parseInstant(fields.until);
    if (until !== null && until <= since) {
      throw badRequest({ field: 'until', code: 'out_of_range', message: 'until must be later than since.' });
    }
    const uuid = requireEndpointUuid(id);
    if (!(await this.store.find({ tenantId }, uuid))) throw notFound('endpoint');
    const { states = RECOVERABLE, dryRun = false } = fields;
    const recovery = await retryFailed(this.database, this.commits, tenantId, uuid, {
      since,
      until,
      states,
      dryRun,
    });
    if (!dryRun) {
      const data = { recovered: recovery.recovered };
      this.audit.record({ action: 'endpoint.recovered', tenantId, endpointId: id, actor, request, data });
    }
    return recovery;
  }
}
