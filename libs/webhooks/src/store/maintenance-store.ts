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

/** The result of one batch of the retention. */
export interface RetentionBatch {
  /** Where to continue; `null`: the next rows are younger. */
  next: string | null;
  /** Rows that it has deleted or erased. */
  done: number;
}

/** Tables from which a tenant's rows can be deleted without rows of other tables. */
export type TenantTable = 'alerts' | 'idempotencyKeys' | 'jobs' | 'lanes' | 'endpoints' | 'accounts';

/**
 * Keeps the tables small, and cleans up after workers that died. Methods that go through a table take one batch in each call.
 * Every method may be repeated.
 */
export interface MaintenanceStore extends StoreTransactions {
  /**
   * Makes the deliveries of expired leases due again, counts their lanes' deliveries in flight anew and deletes the
   * leases. Returns the number of deliveries that were handed over directly; claimed ones need no rescue, because their
   * due time is the end of their lease.
   */
  rescueExpiredLeases(): Promise<number>;
  /**
   * Discards a batch of the deliveries that wait in one closed lane, with the reason of its endpoint. Returns how many.
   * The lane stays due until nothing waits in it; deliveries in flight end with their outcome or their lease.
   */
  discardBacklog(): Promise<number>;
  /**
   * Disables an active or paused endpoint, closes its lane and writes the alert, all in one statement, so that no claim
   * follows. Returns false if it was disabled or deleted before.
   */
  disableEndpoint(endpointId: string, reason: Reason): Promise<boolean>;
  /**
   * Disables a batch of the active endpoints that have failed for `disableAfterMs`, with at least ten failed deliveries and no
   * success, as {@link disableEndpoint} does. Returns those that this call disabled. `exemptProfiles`: profiles whose
   * platform promises never to disable.
   */
  disableFailingEndpoints(
    disableAfterMs: number,
    exemptProfiles: readonly string[],
  ): Promise<DisabledEndpoint[]>;
  /**
   * Writes an alert for each endpoint that {@link disableFailingEndpoints} will disable within a day (within a fifth of
   * `disableAfterMs` if that is shorter), once per period of failure. Returns how many alerts it wrote.
   */
  warnFailingEndpoints(disableAfterMs: number, exemptProfiles: readonly string[]): Promise<number>;
  /**
   * Counts the waiting deliveries of a batch of paused lanes with ids after `after`, and writes an alert for each that has
   * reached 80 % of `maxWaiting`, once per pause. Returns the batch by id: continue after the last one, until it is empty.
   */
  checkPausedBacklogs(maxWaiting: number, after: string): Promise<PausedBacklog[]>;
  /**
   * Discards a batch of the deliveries that wait in a paused lane, with the reason `backlog-full`, until `maxWaiting` are
   * left. Keeps retries first, then the deliveries with the latest due times. Returns how many it discarded; 0 at the end.
   * Several processes may call it at once.
   */
  discardPausedBacklog(laneId: string, maxWaiting: number): Promise<number>;

  /**
   * Deletes deliveries that ended more than `retentionMs` ago, with their attempts, among a batch of ids after `after`.
   * Never deletes a delivery that has not ended.
   */
  deleteOldDeliveries(retentionMs: number, after: string): Promise<RetentionBatch>;
  /**
   * Deletes events that were published more than `retentionMs` ago, are relayed and have no delivery left, among a batch of
   * sequences after `after`. Call it after {@link deleteOldDeliveries}: an event that still has a delivery stays until the
   * next round.
   */
  deleteUnusedEvents(retentionMs: number, after: string): Promise<RetentionBatch>;
  /**
   * Deletes endpoints that were deleted by their owner more than an hour ago and have no delivery left, with their lanes
   * and figures, among a batch of ids (UUIDs) after `after`. Returns where to continue, or null at the end.
   */
  deleteUnusedEndpoints(after: string): Promise<string | null>;
  /** Deletes alerts that were written more than `retentionMs` (at least a week) ago and are sent or given up. Returns how many. */
  deleteOldAlerts(retentionMs: number): Promise<number>;
  /** Deletes a batch of jobs that ended more than `retentionMs` ago. Returns how many. */
  deleteOldJobs(retentionMs: number): Promise<number>;
  /**
   * Deletes lanes of callbacks that are idle and have no deliveries left, among a batch of ids after `after`.
   * Returns where to continue; `'0'` means at the start.
   */
  deleteIdleLanes(after: string): Promise<string>;

  /**
   * Marks the tenant's endpoints as deleted, removes their secrets and headers, deletes the operator's pauses of the tenant and
   * its endpoints, and closes all lanes of the tenant, so that no worker claims from them.
   */
  closeTenant(tenantId: string): Promise<void>;
  /** Number of the tenant's events plus number of its deliveries, each counted up to `limit`. */
  countTenantRecords(tenantId: string, limit: number): Promise<number>;
  /** Deletes a batch of the tenant's events, relayed or not. Returns how many; 0 means that none is left. */
  deleteTenantEvents(tenantId: string): Promise<number>;
  /** Deletes a batch of the tenant's deliveries with their attempts. Returns how many; 0 means that none is left. */
  deleteTenantDeliveries(tenantId: string): Promise<number>;
  /** Deletes a batch of the tenant's rows in `table`. Returns how many; 0 means that none is left. */
  deleteTenantRows(tenantId: string, table: TenantTable): Promise<number>;
}
