import type { HostTransaction } from '../../core/call-context.js';
import type { Reason } from '../../core/states.js';
import { SMALL_BATCH } from '../lane-rules.js';
import type * as lanes from '../lane-store.js';
import type { DisabledEndpoint, PausedBacklog, RetentionBatch } from '../maintenance-store.js';
import type { FailureAlert, RecordableOutcome, RecordedOutcomes } from '../outcome-store.js';
import type { LocalCommit, Store } from '../store.js';
import type { CommitListener } from '../typeorm/commit-listener.js';
import { advanceUnheld } from './claim/advance-unheld.js';
import { findDeepLanes } from './claim/find-deep-lanes.js';
import { checkForWork } from './claim/check-for-work.js';
import { claimLanes } from './claim/claim-lanes.js';
import { leaseDeliveries } from './claim/lease-deliveries.js';
import { openLease } from './claim/open-lease.js';
import type { NotifyChannel } from './connection/notify-channel.js';
import type { Session } from './connection/session.js';
import { deleteIdleLanes } from './maintenance/delete-idle-lanes.js';
import {
  deleteOldAlerts,
  deleteOldDeliveries,
  deleteUnusedEndpoints,
  deleteUnusedEvents,
} from './maintenance/delete-old-rows.js';
import {
  closeTenant,
  countTenantRecords,
  deleteTenantDeliveries,
  deleteTenantEvents,
} from './maintenance/delete-tenant-rows.js';
import { disableEndpoint, disableFailingEndpoints } from './maintenance/disable-endpoints.js';
import { discardBacklog } from './maintenance/discard-backlog.js';
import { checkPausedBacklogs, discardPausedBacklog } from './maintenance/paused-backlogs.js';
import { rescueExpiredLeases } from './maintenance/rescue-leases.js';
import { warnFailingEndpoints } from './maintenance/warn-failing-endpoints.js';
import { PostgresOutboxStore } from './postgres-outbox-store.js';
import { findRecordedOutcomes } from './record/find-recorded-outcomes.js';
import { keepLeased } from './record/keep-leased.js';
import { recordFewSuccesses } from './record/record-few-successes.js';
import { recordFirstSuccesses } from './record/record-first-successes.js';
import { recordOutcomes } from './record/record-outcomes.js';

/**
 * The store on PostgreSQL, one line per method. The statements are in the folders beside this file. This class has the
 * methods that workers use, and its base classes have the other methods.
 */
export class PostgresStore extends PostgresOutboxStore implements Store {
  constructor(
    session: Session,
    commits: CommitListener,
    readonly notifier: NotifyChannel,
  ) {
    super(session, commits);
  }

  // Transactions, clock, commits

  transaction<T>(work: (tx: this) => Promise<T>): Promise<T> {
    return this.session.transaction((session) => work(this.bind(session)));
  }

  async inTransaction<T>(tx: HostTransaction | undefined, work: (tx: this) => Promise<T>): Promise<T> {
    return tx ? work(this.within(tx)) : this.transaction(work);
  }

  within(tx: HostTransaction): this {
    return this.bind(this.session.within(tx));
  }

  now(): number {
    return this.session.clock.now();
  }

  monotonicNow(): number {
    return this.session.clock.monotonicNow();
  }

  advanceClock(ms: number): void {
    this.session.clock.offset += ms;
  }

  attach(): () => void {
    return this.commits.attach();
  }

  onCommit(listener: (work: LocalCommit) => void): void {
    this.commits.onCommit(listener);
  }

  // Lanes

  checkForWork(skip: lanes.LanesToSkip, captures?: readonly string[]): Promise<lanes.WorkCheck> {
    return checkForWork(this.session, skip, captures);
  }

  claimLanes(count: number, skip: lanes.LanesToSkip, isEarly?: boolean): Promise<lanes.ClaimableLane[]> {
    return claimLanes(this.session, count, skip, isEarly);
  }

  leaseDeliveries(
    claims: readonly lanes.LaneClaim[],
    lease: lanes.LeaseTerms,
    maxSuspects: number,
  ): Promise<lanes.ClaimedDelivery[]> {
    return leaseDeliveries(this.session, claims, lease, maxSuspects);
  }

  findDeepLanes(laneIds: readonly string[], depth: number): Promise<string[]> {
    return findDeepLanes(this.session, laneIds, depth);
  }

  advanceUnheld(laneId: string, depth: number, signal?: AbortSignal): Promise<number> {
    return advanceUnheld(this.session, laneId, depth, signal);
  }

  openLease(owner: string, leaseMs: number): Promise<lanes.OpenedLease> {
    return openLease(this.session, owner, leaseMs);
  }

  // Maintenance

  rescueExpiredLeases(): Promise<number> {
    return rescueExpiredLeases(this.session);
  }

  discardBacklog(): Promise<number> {
    return discardBacklog(this.session);
  }

  disableEndpoint(endpointId: string, reason: Reason): Promise<boolean> {
    return disableEndpoint(this.session, endpointId, reason);
  }

  disableFailingEndpoints(
    disableAfterMs: number,
    exemptProfiles: readonly string[],
  ): Promise<DisabledEndpoint[]> {
    return disableFailingEndpoints(this.session, disableAfterMs, exemptProfiles);
  }

  warnFailingEndpoints(disableAfterMs: number, exemptProfiles: readonly string[]): Promise<number> {
    return warnFailingEndpoints(this.session, disableAfterMs, exemptProfiles);
  }

  checkPausedBacklogs(maxWaiting: number, after: string): Promise<PausedBacklog[]> {
    return checkPausedBacklogs(this.session, maxWaiting, after);
  }

  discardPausedBacklog(laneId: string, maxWaiting: number): Promise<number> {
    return discardPausedBacklog(this.session, laneId, maxWaiting);
  }

  deleteOldDeliveries(retentionMs: number, after: string): Promise<RetentionBatch> {
    return deleteOldDeliveries(this.session, retentionMs, after);
  }

  deleteUnusedEvents(retentionMs: number, after: string): Promise<RetentionBatch> {
    return deleteUnusedEvents(this.session, retentionMs, after);
  }

  deleteUnusedEndpoints(after: string): Promise<string | null> {
    return deleteUnusedEndpoints(this.session, after);
  }

  deleteOldAlerts(retentionMs: number): Promise<number> {
    return deleteOldAlerts(this.session, retentionMs);
  }

  deleteIdleLanes(after: string): Promise<string> {
    return deleteIdleLanes(this.session, after);
  }

  closeTenant(tenantId: string): Promise<void> {
    return closeTenant(this.session, tenantId);
  }

  countTenantRecords(tenantId: string, limit: number): Promise<number> {
    return countTenantRecords(this.session, tenantId, limit);
  }

  deleteTenantEvents(tenantId: string): Promise<number> {
    return deleteTenantEvents(this.session, tenantId);
  }

  deleteTenantDeliveries(tenantId: string): Promise<number> {
    return deleteTenantDeliveries(this.session, tenantId);
  }

  // Outcomes

  recordOutcomes(
    outcomes: readonly RecordableOutcome[],
    failureAlerts: readonly FailureAlert[],
    retiredLeaseIds: readonly string[],
    options?: { history?: boolean },
  ): Promise<RecordedOutcomes> {
    return recordOutcomes(this.session, outcomes, failureAlerts, retiredLeaseIds, options);
  }

  recordFirstSuccesses(outcomes: readonly RecordableOutcome[]): Promise<Set<string>> {
    const record = outcomes.length > SMALL_BATCH ? recordFirstSuccesses : recordFewSuccesses;
    return record(this.session, outcomes);
  }

  keepLeased(outcomes: readonly RecordableOutcome[], ms: number): Promise<void> {
    return keepLeased(this.session, outcomes, ms);
  }

  findRecordedOutcomes(outcomes: readonly RecordableOutcome[]): Promise<Set<string>> {
    return findRecordedOutcomes(this.session, outcomes);
  }

  private bind(session: Session): this {
    return new PostgresStore(session, this.commits, this.notifier) as this;
  }
}
