import type { Session } from '../store/postgres/connection/session.js';
import type { DeliveryState } from '../core/states.js';
import type { CommitListener } from '../store/typeorm/commit-listener.js';
import { conflict, notFound } from '../core/request-error.js';
import {
  countFailedDeliveries,
  findLane,
  lockFailedDeliveries,
  requeueDeliveries,
} from '../store/postgres/deliveries/requeue-deliveries.js';

/** What to send again. */
export interface BulkRetryRange {
  /** Ended from then on, epoch milliseconds. */
  since: number;
  /** Ended before then, epoch milliseconds; `null`: until now. */
  until: number | null;
  states: readonly Extract<DeliveryState, 'exhausted' | 'discarded'>[];
  /** Count only. */
  dryRun: boolean;
}

/** What a recovery did, or would do. */
export interface RecoverResult {
  dryRun: boolean;
  /** Deliveries that ended without success in the span, counted up to 100,000. */
  matched: number;
  /** Deliveries that are sent again now. */
  recovered: number;
  /** There are more than one call takes: call again. */
  more: boolean;
}

const BATCH = 500;
/** Deliveries that one call sends again. */
const MOST = 10_000;
const COUNTED = 100_000;

/** Makes the failed deliveries of an endpoint due again, the earliest first. */
export async function retryFailed(
  database: Session,
  commits: CommitListener,
  tenantId: string,
  endpointUuid: string,
  { since, until, states, dryRun }: BulkRetryRange,
): Promise<RecoverResult> {
  const lane = await findLane(database, tenantId, endpointUuid);
  if (!lane) throw notFound('endpoint');
  if (lane.state === 'closed' && !dryRun) {
    throw conflict('endpoint_closed', 'This webhook is disabled. Resume it first.');
  }
  // Until now at the latest: what fails again meanwhile must not go round in this call.
  const span = { laneId: lane.id, states, since, until: until ?? lane.now };
  const matched = await countFailedDeliveries(database, { ...span, limit: COUNTED });
  if (dryRun) return { dryRun, matched, recovered: 0, more: false };
  let recovered = 0;
  while (recovered < Math.min(matched, MOST)) {
    const limit = Math.min(BATCH, MOST - recovered);
    const taken = await database.transaction(async (tx) => {
      const ids = await lockFailedDeliveries(database, tx, { ...span, limit });
      if (ids.length === 0) return 0;
      await requeueDeliveries(database, tx, lane.id, ids);
      commits.noteLanes(tx.queryRunner!);
      return ids.length;
    });
    if (taken === 0) break;
    recovered += taken;
  }
  return { dryRun, matched, recovered, more: recovered >= MOST && matched > recovered };
}
