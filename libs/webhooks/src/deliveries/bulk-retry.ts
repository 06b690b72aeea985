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
  /** Ended, or failed last, at this time or later. */
  since: number;
  /** The same before this time; `null`: now. */
  until: number | null;
  states: readonly DeliveryState[];
  /** Only count. */
  dryRun: boolean;
}

/** What a recovery did, or with `dryRun` would do. */
export interface RecoverResult {
  dryRun: boolean;
  /** Deliveries that ended without success in the range, or failed in it and wait for a retry, counted up to 100,000. */
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

/** Locks the next deliveries to send again, and returns their ids. */
type LockNext = (tx: DeliveryStore, limit: number) => Promise<string[]>;

/** Sends the failed deliveries of an endpoint again, and what waits for a retry now. */
@Injectable()
export class BulkRetry {
  constructor(
    @Inject(STORE) private readonly store: DeliveryStore & EndpointStore,
    private readonly audit: WebhookAudit,
  ) {}

  /**
   * Makes deliveries due now, at most 10,000 in one call: those that ended without success in a range of time, earliest
   * first, and then those that wait for a retry after an attempt in it. The schedule of the first begins anew; a waiting
   * one's continues. With `dryRun` it only counts them. Leaves out those that were cancelled or ignored, that have no body, and
   * tests. Works in batches, each in a transaction of its own. They are sent as the endpoint's limits and health allow.
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
    const range = { laneId: lane.id, since, until: until ?? lane.now };
    const failed = { ...range, states };
    const waiting = { ...range, dueFrom: lane.now };
    const takesWaiting = states.includes('pending');
    let matched = await this.store.countFailedDeliveries({ ...failed, limit: MAX_COUNTED });
    if (takesWaiting && matched < MAX_COUNTED)
      matched += await this.store.countWaitingDeliveries({ ...waiting, limit: MAX_COUNTED - matched });
    if (dryRun) return { dryRun, matched, recovered: 0, more: false };
    const max = Math.min(matched, MAX_RETRIED_PER_CALL);
    let recovered = await this.requeue(lane.id, max, (tx, limit) =>
      tx.lockFailedDeliveries({ ...failed, limit }),
    );
    if (takesWaiting)
      recovered += await this.requeue(lane.id, max - recovered, async (tx, limit) => {
        const found = await tx.lockWaitingDeliveries({ ...waiting, limit });
        waiting.dueFrom = found.at(-1)?.nextAt ?? waiting.dueFrom;
        return found.map(({ id }) => id);
      });
    return { dryRun, matched, recovered, more: recovered >= MAX_RETRIED_PER_CALL && matched > recovered };
  }

  /** Makes at most `max` deliveries due, in batches. Returns their number. */
  private async requeue(laneId: string, max: number, lockNext: LockNext): Promise<number> {
    let requeued = 0;
    while (requeued < max) {
      const limit = Math.min(BATCH_SIZE, max - requeued);
      const found = await this.store.transaction(async (tx) => {
        const ids = await lockNext(tx, limit);
        if (ids.length > 0) await tx.requeueDeliveries(laneId, ids);
        return ids.length;
      });
      if (found === 0) break;
      requeued += found;
    }
    return requeued;
  }
}
