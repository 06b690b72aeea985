import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from '../core/call-context.js';
import { requireEndpointUuid } from '../core/ids.js';
import { parseInstant } from '../core/instants.js';
import { badRequest, conflict, notFound } from '../core/request-error.js';
import type { DeliveryState } from '../core/states.js';
import { WebhookAudit } from '../observability/audit.js';
import type { DeliveryStore } from '../store/delivery-store.js';
import type { EndpointStore } from '../store/endpoint-store.js';
import { LineLogger } from '../core/line-logger.js';
import { MAX_COUNTED, type Progress, type ProgressOptions, progressOf } from '../store/jobs/progress.js';
import { STORE } from '../store/store.js';
import { readBody } from '../validation/read-input.js';
import { RECOVERABLE, RecoverDeliveries } from './recover-deliveries.dto.js';

/** What to send again. Instants are epoch ms. */
interface BulkRetryRange {
  /** Deliveries that ended, or whose last attempt failed, at this time or later. */
  since: number;
  /** Deliveries that ended, or whose last attempt failed, before this time; `null`: now. */
  until: number | null;
  states: readonly DeliveryState[];
  /** Only count. */
  dryRun: boolean;
}

/** What a recovery did, or with `dryRun` would do. */
export interface RecoverResult extends Progress {
  dryRun: boolean;
  /**
   * Deliveries (counted up to 100,000) that ended without success in the range. Also those whose last attempt failed in the
   * range and that wait for a retry.
   */
  matched: number;
  /** The same as `recovered`. */
  done: number;
  /** `matched` minus `recovered`. */
  left: number;
  /** Deliveries that this call has made due. */
  recovered: number;
  /** The call reached its maximum, and there are more deliveries: call again. */
  more: boolean;
}

/** Context of a recovery. */
export interface RecoverContext extends Omit<CallContext, 'tx'>, ProgressOptions {}

/** Deliveries in one transaction. */
const BATCH_SIZE = 500;
const MAX_RETRIED_PER_CALL = 10_000;

/** Locks the next deliveries to send again, and returns their ids. */
type LockNext = (tx: DeliveryStore, limit: number) => Promise<string[]>;

/** Makes an endpoint's deliveries due now: those that ended without success, and those that wait for a retry. */
@Injectable()
export class BulkRetry {
  private readonly logger = new LineLogger('WebhookDeliveries');

  constructor(
    @Inject(STORE) private readonly store: DeliveryStore & EndpointStore,
    private readonly audit: WebhookAudit,
  ) {}

  /**
   * Makes at most 10,000 deliveries due now. First come those that ended without success in a range of time, earliest first.
   * Then come those whose last attempt failed in this range and that wait for a retry. Finished deliveries begin their
   * schedule anew; waiting ones continue theirs. With `dryRun`, deliveries are only counted. Leaves out test deliveries, and
   * deliveries that were cancelled or ignored or have no body. Works in batches, each in its own transaction. The deliveries
   * are sent as the endpoint's limits and health allow.
   *
   * Throws a 400 for a wrong range, a 404 for an unknown endpoint, and (without `dryRun`) a 409 for a disabled endpoint.
   */
  async recover(
    tenantId: string,
    id: string,
    input: RecoverDeliveries,
    { actor, request, onProgress }: RecoverContext = {},
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
    const report = (progress: Progress): void => {
      onProgress?.(progress);
      const { matched, done, left } = progress;
      if (left > 0)
        this.logger.log(
          `Recovering deliveries of ${id} of tenant ${tenantId}: ${matched} matched, ${done} done, ${left} left`,
        );
    };
    const result = await this.retryFailed(tenantId, uuid, { since, until, states, dryRun }, report);
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
    report: (progress: Progress) => void,
  ): Promise<RecoverResult> {
    const lane = await this.store.findLane(tenantId, endpointUuid);
    if (!lane) throw notFound('endpoint');
    if (lane.state === 'closed' && !dryRun) {
      throw conflict('endpoint_closed', 'This webhook is disabled. Resume it first.');
    }
    // Without `until`, the range ends now. So a delivery that fails again during this call is not retried twice.
    const range = { laneId: lane.id, since, until: until ?? lane.now };
    const failed = { ...range, states };
    const waiting = { ...range, dueFrom: lane.now };
    const takesWaiting = states.includes('pending');
    let matched = await this.store.countFailedDeliveries({ ...failed, limit: MAX_COUNTED });
    if (takesWaiting && matched < MAX_COUNTED)
      matched += await this.store.countWaitingDeliveries({ ...waiting, limit: MAX_COUNTED - matched });
    if (dryRun) return { dryRun, matched, done: 0, left: matched, recovered: 0, more: false };
    const max = Math.min(matched, MAX_RETRIED_PER_CALL);
    let done = 0;
    const add = (requeued: number): void => report(progressOf(matched, (done += requeued)));
    await this.requeue(lane.id, max, (tx, limit) => tx.lockFailedDeliveries({ ...failed, limit }), add);
    if (takesWaiting)
      await this.requeue(
        lane.id,
        max - done,
        async (tx, limit) => {
          const found = await tx.lockWaitingDeliveries({ ...waiting, limit });
          waiting.dueFrom = found.at(-1)?.nextAt ?? waiting.dueFrom;
          return found.map(({ id }) => id);
        },
        add,
      );
    const more = done >= MAX_RETRIED_PER_CALL && matched > done;
    return { dryRun, ...progressOf(matched, done), recovered: done, more };
  }

  /** Makes at most `max` deliveries due, in batches. Calls `add` with the size of each batch. */
  private async requeue(
    laneId: string,
    max: number,
    lockNext: LockNext,
    add: (requeued: number) => void,
  ): Promise<void> {
    for (let left = max; left > 0;) {
      const limit = Math.min(BATCH_SIZE, left);
      const found = await this.store.transaction(async (tx) => {
        const ids = await lockNext(tx, limit);
        if (ids.length > 0) await tx.requeueDeliveries(laneId, ids);
        return ids.length;
      });
      if (found === 0) return;
      left -= found;
      add(found);
    }
  }
}
