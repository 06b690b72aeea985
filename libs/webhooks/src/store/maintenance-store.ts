import type { Reason } from '../core/states.js';
import type { StoreTransactions } from './transactions.js';

export interface DisabledEndpoint {
  /** UUID. */
  id: string;
  tenantId: string;
}

/** The backlog of a paused endpoint. */
export interface PausedBacklog {
  laneId: string;
  /** UUID. */
  endpointId: string;
  isOverLimit: boolean;
}

/** The result of one retention batch. */
export interface RetentionBatch {
  /** Where to continue; `null`: no later row is old enough. */
  next: string | null;
  /** Number of rows that the batch has deleted or erased. */
  done: number;
}

/** A tenant's rows in these tables can be deleted without any change to other tables. */
export type TenantTable = 'alerts' | 'idempotencyKeys' | 'jobs' | 'lanes' | 'endpoints' | 'accounts';

/**
 * Keeps the tables small, and cleans up after workers that died. Methods that go through a table take one batch in each call.
 * Every method may be repeated.
 */
export interface MaintenanceStore extends StoreTransactions {
  /**
   * Deletes a batch of expired leases. Deliveries that were handed over directly under these leases become due again;
   * returns their number. Counts anew what is in flight in lanes with limits. Claimed deliveries need no rescue, because
   * their due time is the end of their lease.
   */
  rescueExpiredLeases(): Promise<number>;
  /**
   * Discards a batch of the deliveries that wait in one closed lane, with the reason of the lane's endpoint. Returns how
   * many. The lane stays due until nothing waits in it. Leaves deliveries in flight alone until their outcome is recorded
   * or their lease expires.
   */
  discardBacklog(): Promise<number>;
  /**
   * Disables an active or paused endpoint, closes its lane and writes the alert, all in one statement, so that no claim
   * follows. Returns false if the endpoint was disabled or deleted before.
   */
  disableEndpoint(endpointId: string, reason: Reason): Promise<boolean>;
  /**
   * Disables a batch of active endpoints, as {@link disableEndpoint} does. Takes endpoints that have failed for
   * `disableAfterMs`, with at least ten failed deliveries and no success. Returns the endpoints that this call disabled.
   * `exemptProfiles`: profiles whose platform promises never to disable an endpoint.
   */
  disableFailingEndpoints(
    disableAfterMs: number,
    exemptProfiles: readonly string[],
  ): Promise<DisabledEndpoint[]>;
  /**
   * Writes an alert for each endpoint that {@link disableFailingEndpoints} will disable within a day, or within a fifth of
   * `disableAfterMs` if that is shorter. Writes one alert per period of failure. Returns how many alerts it wrote.
   */
  warnFailingEndpoints(disableAfterMs: number, exemptProfiles: readonly string[]): Promise<number>;
  /**
   * Takes a batch of paused lanes with ids after `after`, and counts their waiting deliveries. Writes an alert for each
   * lane that has reached 80 % of `maxWaiting`, once per pause. Returns the batch in order of lane id: continue after the
   * last lane, until a batch is empty.
   */
  checkPausedBacklogs(maxWaiting: number, after: string): Promise<PausedBacklog[]>;
  /**
   * Discards a batch of the deliveries that wait in a paused lane, until `maxWaiting` are left. The discarded deliveries
   * get the reason `backlog-full`. Prefers to keep retries, and then the deliveries with the latest due times. Returns how
   * many it discarded; 0 at the end. Several processes may do this at once.
   */
  discardPausedBacklog(laneId: string, maxWaiting: number): Promise<number>;

  /**
   * Takes a batch of deliveries with ids after `after`. Deletes those that ended more than `retentionMs` ago, with their
   * attempts. Deliveries that have not ended stay.
   */
  deleteOldDeliveries(retentionMs: number, after: string): Promise<RetentionBatch>;
  /**
   * Takes a batch of events with sequences after `after`. Deletes those that were published more than `retentionMs` ago,
   * are relayed and have no delivery left. Call this after {@link deleteOldDeliveries}: an event that still has a
   * delivery stays until the next round.
   */
  deleteUnusedEvents(retentionMs: number, after: string): Promise<RetentionBatch>;
  /**
   * Takes a batch of endpoints with ids (UUIDs) after `after`. Deletes those that their owner deleted more than an hour ago
   * and that have no delivery left, with their lanes and figures. Returns where to continue, or `null` at the end.
   */
  deleteUnusedEndpoints(after: string): Promise<string | null>;
  /** Deletes alerts that were written more than `retentionMs` (at least a week) ago and are sent or given up. Returns how many. */
  deleteOldAlerts(retentionMs: number): Promise<number>;
  /** Deletes a batch of jobs that ended more than `retentionMs` ago. Returns how many. */
  deleteOldJobs(retentionMs: number): Promise<number>;
  /**
   * Takes a batch of callback lanes with ids after `after`. Deletes those that are idle and have no deliveries left.
   * Returns where to continue; `'0'` means at the start.
   */
  deleteIdleLanes(after: string): Promise<string>;

  /**
   * Marks the tenant's endpoints as deleted, and removes their secrets and headers. Deletes the operator's pauses of the
   * tenant and of its endpoints. Closes all lanes of the tenant, so that no worker claims from them.
   */
  closeTenant(tenantId: string): Promise<void>;
  /** Number of the tenant's events plus number of the tenant's deliveries, each counted up to `limit`. */
  countTenantRecords(tenantId: string, limit: number): Promise<number>;
  /** Deletes a batch of the tenant's events, relayed or not. Returns how many; 0 means that none is left. */
  deleteTenantEvents(tenantId: string): Promise<number>;
  /** Deletes a batch of the tenant's deliveries with their attempts. Returns how many; 0 means that none is left. */
  deleteTenantDeliveries(tenantId: string): Promise<number>;
  /** Deletes a batch of the tenant's rows in `table`. Returns how many; 0 means that none is left. */
  deleteTenantRows(tenantId: string, table: TenantTable): Promise<number>;
}
