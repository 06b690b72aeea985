import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from '../core/call-context.js';
import { requireEndpointUuid } from '../core/ids.js';
import { parseInstant } from '../core/instants.js';
import { badRequest, conflict, notFound } from '../core/request-error.js';
import type { DeliveryState } from '../core/states.js';
import { WebhookAudit } from '../observability/audit.js';
import type { DeliveryStore } from '../store/delivery-store.js';
import type { EndpointStore } from '../store/endpoint-store.js';
import { STORE } from '../store/store.js';
import { readBody } from '../validation/read-input.js';
import { RECOVERABLE, RecoverDeliveries } from './recover-deliveries.dto.js';

/** What to send again. Instants are epoch ms. */
interface BulkRetryRange {
  /** Ended at this time or later. */
  since: number;
  /** Ended before this time; `null`: now. */
  until: number | null;
  states: readonly DeliveryState[];
  /** Only count. */
  dryRun: boolean;
}

/** What a recovery did, or with `dryRun` would do. */
export interface RecoverResult {
  dryRun: boolean;
  /** Deliveries that ended without success in the range, counted up to 100,000. */
  matched: number;
  /** Deliveries that are due again by this call. */
  recovered: number;
  /** The call took as many as it may, and there are more: call again. */
  more: boolean;
}

/** Deliveries in one transaction. */
const BATCH_SIZE = 500;
const MAX_RETRIED_PER_CALL = 10_000;
const MAX_COUNTED = 100_000;

/** Sends the failed deliveries of an endpoint again. */
@Injectable()
export class BulkRetry {
  constructor(
    @Inject(STORE) private readonly store: DeliveryStore & EndpointStore,
    private readonly audit: WebhookAudit,
  ) {}

  /**
   * Makes the deliveries that ended without success in a range of time due again, earliest first, at most 10,000 in one
   * call. With `dryRun` it only counts them. Leaves out those that were cancelled or ignored, that have no body, and tests.
   * Works in batches, each in a transaction of its own.
   *
   * Throws a 400 for a wrong range, a 404 for an unknown endpoint, and a 409 if the endpoint is disabled.
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
    if (!(await this.store.findEndpoint({ tenantId }, uuid))) throw notFound('endpoint');
    const { states = RECOVERABLE, dryRun = false } = fields;
    const result = await this.retryFailed(tenantId, uuid, { since, until, states, dryRun });
    if (!dryRun) {
      const data = { recovered: result.recovered };
      this.audit.record({ action: 'endpoint.recovered', tenantId, endpointId: id, actor, request, data });
    }
    return result;
  }

  private async retryFailed(
    tenantId: string,
    endpointUuid: string,
    { since, until, states, dryRun }: BulkRetryRange,
  ): Promise<RecoverResult> {
    const lane = await this.store.findLane(tenantId, endpointUuid);
    if (!lane) throw notFound('endpoint');
    if (lane.state === 'closed' && !dryRun) {
      throw conflict('endpoint_closed', 'This webhook is disabled. Resume it first.');
    }
    // A delivery that fails again during this call must not be retried twice by it, so the range ends now at the latest.
    const range = { laneId: lane.id, states, since, until: until ?? lane.now };
    const matched = await this.store.countFailedDeliveries({ ...range, limit: MAX_COUNTED });
    if (dryRun) return { dryRun, matched, recovered: 0, more: false };
    let recovered = 0;
    while (recovered < Math.min(matched, MAX_RETRIED_PER_CALL)) {
      const limit = Math.min(BATCH_SIZE, MAX_RETRIED_PER_CALL - recovered);
      const requeued = await this.store.transaction(async (tx) => {
        const ids = await tx.lockFailedDeliveries({ ...range, limit });
        if (ids.length > 0) await tx.requeueDeliveries(lane.id, ids);
        return ids.length;
      });
      if (requeued === 0) break;
      recovered += requeued;
    }
    return { dryRun, matched, recovered, more: recovered >= MAX_RETRIED_PER_CALL && matched > recovered };
  }
}
