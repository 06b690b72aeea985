import type { EntityManager } from 'typeorm';
import type { NewAccount } from '../account-store.js';
import type { EndpointScope } from '../endpoint-store.js';
import type { Reason } from '../../core/states.js';
import type {
  AlertCount,
  AlertResult,
  DueAlert,
  FailureCount,
  FailureSelection,
  MailRecipient,
} from '../alert-store.js';
import type { DisabledEndpoint } from '../maintenance-store.js';
import type { LaneState } from '../../core/states.js';
import type {
  DeliveryRecord,
  DeliverySearch,
  FailedSearch,
  LockedDelivery,
  ScannedRange,
} from '../delivery-store.js';
import type { FailureAlert, RecordableOutcome, RecordedOutcomes } from '../outcome-store.js';
import type { DatabaseHealth, QueueFigures, SealedRow, SealedSample, SealedTable } from '../setup-store.js';
import type { CommitNotifier, CommittedWork, Store } from '../store.js';
import type { CommitListener } from '../typeorm/commit-listener.js';
import { TypeOrmStore } from '../typeorm/typeorm-store.js';
import { countFailureCauses, countHeldAlerts } from './alerts/alert-facts.js';
import { leaseAlerts, listDueAlerts, lockAlerts } from './alerts/claim-alerts.js';
import { finishAlert } from './alerts/finish-alert.js';
import { countMailsToday, insertSummaries, markAlerts } from './alerts/mail-quota.js';
import type { PublishedEvent } from '../../events/event.js';
import type * as lanes from '../lane-store.js';
import type * as outbox from '../outbox-store.js';
import { checkForWork } from './claim/check-for-work.js';
import { claimLanes } from './claim/claim-lanes.js';
import { leaseDeliveries } from './claim/lease-deliveries.js';
import { openLease } from './claim/open-lease.js';
import { lockSealedRows } from './accounts/sealed-rows.js';
import type { Session } from './connection/session.js';
import { readDatabaseHealth, readQueueFigures } from './setup/queue-figures.js';
import { sampleSealedValues } from './setup/sealed-values.js';
import { checkIsolation, checkTables } from './setup/start-up.js';
import { insertAccounts } from './accounts/insert-accounts.js';
import { lockAccount, lockEndpoint } from './accounts/lock-rows.js';
import { deleteIdleLanes } from './maintenance/delete-idle-lanes.js';
import {
  deleteOldAlerts,
  deleteOldDeliveries,
  deleteUnusedEndpoints,
  deleteUnusedEvents,
} from './maintenance/delete-old-rows.js';
import { closeTenant, deleteTenantDeliveries, deleteTenantEvents } from './maintenance/delete-tenant-rows.js';
import {
  disableEndpoint,
  disableFailingEndpoints,
  insertDisabledAlert,
} from './maintenance/disable-endpoints.js';
import { discardBacklog } from './maintenance/discard-backlog.js';
import { rescueExpiredLeases } from './maintenance/rescue-leases.js';
import { warnFailingEndpoints } from './maintenance/warn-failing-endpoints.js';
import { countFailedDeliveries, findLane, lockFailedDeliveries } from './deliveries/failed-deliveries.js';
import { findDelivery } from './deliveries/find-delivery.js';
import {
  cancelDelivery,
  lockDelivery,
  probeSoon,
  requeueDeliveries,
} from './deliveries/requeue-deliveries.js';
import { searchDeliveries } from './deliveries/search-deliveries.js';
import { findRecordedOutcomes } from './record/find-recorded-outcomes.js';
import { recordFirstSuccesses } from './record/record-first-successes.js';
import { recordOutcomes } from './record/record-outcomes.js';
import { insertEvents } from './publish/insert-events.js';
import { claimEvents } from './relay/claim-events.js';
import { ensureCallbackLanes } from './relay/ensure-callback-lanes.js';
import { insertDeliveries } from './relay/insert-deliveries.js';
import { readDestinationsOfLanes, readDestinationsOfTenants } from './relay/read-destinations.js';

/** The store on PostgreSQL: one line a method; each statement has a file. */
export class PostgresStore extends TypeOrmStore implements Store {
  constructor(
    private readonly session: Session,
    protected readonly commits: CommitListener,
    readonly notifier: CommitNotifier,
  ) {
    super();
  }

  protected run<T>(statement: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.session.run(statement);
  }

  // Transactions, clock, commits

  transaction<T>(work: (tx: this) => Promise<T>): Promise<T> {
    return this.session.inTransaction((session) => work(this.bind(session)));
  }

  async inTransaction<T>(tx: EntityManager | undefined, work: (tx: this) => Promise<T>): Promise<T> {
    return tx ? work(this.within(tx)) : this.transaction(work);
  }

  within(tx: EntityManager): this {
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

  onCommit(listener: (work: CommittedWork) => void): void {
    this.commits.onCommit(listener);
  }

  // Outbox

  insertEvents(events: readonly outbox.NewEvent[]): Promise<PublishedEvent[]> {
    this.commits.noteEvents(this.session.runner);
    return insertEvents(this.session, events);
  }

  claimEvents(limit: number): Promise<outbox.ClaimedEvents> {
    return claimEvents(this.session, limit);
  }

  readDestinationsOfTenants(tenantIds: readonly string[]): Promise<outbox.DestinationRecord[]> {
    return readDestinationsOfTenants(this.session, tenantIds);
  }

  readDestinationsOfLanes(laneIds: readonly string[]): Promise<outbox.DestinationRecord[]> {
    return readDestinationsOfLanes(this.session, laneIds);
  }

  ensureCallbackLanes(callbacks: readonly outbox.CallbackOrigin[]): Promise<outbox.DestinationRecord[]> {
    return ensureCallbackLanes(this.session, callbacks);
  }

  insertDeliveries(
    deliveries: readonly outbox.DeliveryToInsert[],
    relayed: readonly string[],
    leaseId: string,
  ): Promise<outbox.HandedOverDelivery[]> {
    return insertDeliveries(this.session, deliveries, relayed, leaseId);
  }

  // Lanes

  checkForWork(skipLanes: readonly string[]): Promise<lanes.WorkCheck> {
    return checkForWork(this.session, skipLanes);
  }

  claimLanes(count: number, skipLanes: readonly string[]): Promise<lanes.ClaimableLane[]> {
    return claimLanes(this.session, count, skipLanes);
  }

  leaseDeliveries(
    claims: readonly lanes.LaneClaim[],
    lease: lanes.LeaseTerms,
    maxSuspects: number,
  ): Promise<lanes.ClaimedDelivery[]> {
    return leaseDeliveries(this.session, claims, lease, maxSuspects);
  }

  openLease(owner: string, leaseMs: number): Promise<lanes.OpenedLease> {
    return openLease(this.session, owner, leaseMs);
  }

  // Endpoints and accounts

  lockEndpoint(scope: EndpointScope, id: string): Promise<number | null> {
    return lockEndpoint(this.session, scope, id);
  }

  insertAccounts(accounts: readonly NewAccount[]): Promise<void> {
    return insertAccounts(this.session, accounts);
  }

  lockAccount(tenantId: string): Promise<number> {
    return lockAccount(this.session, tenantId);
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

  deleteOldDeliveries(retentionMs: number, after: string): Promise<string | null> {
    return deleteOldDeliveries(this.session, retentionMs, after);
  }

  deleteUnusedEvents(retentionMs: number, after: string): Promise<string | null> {
    return deleteUnusedEvents(this.session, retentionMs, after);
  }

  deleteUnusedEndpoints(retentionMs: number): Promise<void> {
    return deleteUnusedEndpoints(this.session, retentionMs);
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
    return recordFirstSuccesses(this.session, outcomes);
  }

  findRecordedOutcomes(outcomes: readonly RecordableOutcome[]): Promise<Set<string>> {
    return findRecordedOutcomes(this.session, outcomes);
  }

  // Deliveries

  searchDeliveries(
    tenantId: string,
    search: DeliverySearch,
  ): Promise<{ deliveries: DeliveryRecord[]; scanned: ScannedRange }> {
    return searchDeliveries(this.session, tenantId, search);
  }

  findDelivery(tenantId: string, id: string): Promise<(DeliveryRecord & { body: string }) | null> {
    return findDelivery(this.session, tenantId, id);
  }

  lockDelivery(tenantId: string, id: string): Promise<LockedDelivery | null> {
    return lockDelivery(this.session, tenantId, id);
  }

  requeueDeliveries(laneId: string, ids: readonly string[]): Promise<void> {
    this.commits.noteLanes(this.session.runner);
    return requeueDeliveries(this.session, laneId, ids);
  }

  cancelDelivery(id: string): Promise<void> {
    return cancelDelivery(this.session, id);
  }

  probeSoon(endpointId: string): Promise<void> {
    return probeSoon(this.session, endpointId);
  }

  findLane(
    tenantId: string,
    endpointId: string,
  ): Promise<{ id: string; state: LaneState; now: number } | null> {
    return findLane(this.session, tenantId, endpointId);
  }

  lockFailedDeliveries(search: FailedSearch): Promise<string[]> {
    return lockFailedDeliveries(this.session, search);
  }

  countFailedDeliveries(search: FailedSearch): Promise<number> {
    return countFailedDeliveries(this.session, search);
  }

  // Alerts

  lockAlerts(): Promise<boolean> {
    return lockAlerts(this.session);
  }

  listDueAlerts(limit: number): Promise<DueAlert[]> {
    return listDueAlerts(this.session, limit);
  }

  leaseAlerts(ids: readonly string[], leaseMs: number): Promise<void> {
    return leaseAlerts(this.session, ids, leaseMs);
  }

  countMailsToday(recipients: readonly MailRecipient[]): Promise<(MailRecipient & { mails: number })[]> {
    return countMailsToday(this.session, recipients);
  }

  markMailed(alerts: readonly { id: string; recipient: string }[]): Promise<void> {
    return markAlerts(this.session, 'mailed_at', alerts);
  }

  markHeld(alerts: readonly { id: string; recipient: string }[]): Promise<void> {
    return markAlerts(this.session, 'held_at', alerts);
  }

  insertSummaries(recipients: readonly MailRecipient[]): Promise<void> {
    return insertSummaries(this.session, recipients);
  }

  finishAlert(id: string, attempt: number, result: AlertResult): Promise<void> {
    return finishAlert(this.session, id, attempt, result);
  }

  countFailureCauses(laneId: string, which: FailureSelection): Promise<FailureCount[]> {
    return countFailureCauses(this.session, laneId, which);
  }

  countHeldAlerts(recipient: MailRecipient, day: number): Promise<AlertCount[]> {
    return countHeldAlerts(this.session, recipient, day);
  }

  insertDisabledAlert(endpointId: string): Promise<void> {
    return insertDisabledAlert(this.session, endpointId);
  }

  // Set-up

  checkTables(): Promise<void> {
    return checkTables(this.session);
  }

  checkIsolation(): Promise<void> {
    return checkIsolation(this.session);
  }

  sampleSealedValues(perKey: number): Promise<SealedSample[]> {
    return sampleSealedValues(this.session, perKey);
  }

  lockSealedRows(table: SealedTable, after: string | null, limit: number): Promise<SealedRow[]> {
    return lockSealedRows(this.session, table, after, limit);
  }

  readQueueFigures(): Promise<QueueFigures> {
    return readQueueFigures(this.session);
  }

  readDatabaseHealth(): Promise<DatabaseHealth | null> {
    return readDatabaseHealth(this.session);
  }

  private bind(session: Session): this {
    return new PostgresStore(session, this.commits, this.notifier) as this;
  }
}
