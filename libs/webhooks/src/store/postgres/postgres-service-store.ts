import type { LaneState } from '../../core/states.js';
import type { NewAccount } from '../account-store.js';
import type {
  AlertCount,
  AlertResult,
  DueAlert,
  FailureCount,
  FailureSelection,
  HeldSelection,
  MailRecipient,
} from '../alert-store.js';
import type {
  DeliveryDetailRecord,
  DeliveryRecord,
  LockedDelivery,
  SubjectEvent,
  SubjectEventPage,
  Subscribers,
} from '../delivery-store.js';
import type {
  DeliverySearch,
  FailedSearch,
  ScannedRange,
  WaitingSearch,
} from '../searches/delivery-search.js';
import type { EndpointScope } from '../endpoint-store.js';
import type {
  DatabaseHealth,
  ProcessRole,
  QueueFigures,
  SealedRow,
  SealedSample,
  SealedTable,
} from '../setup-store.js';
import { insertAccounts } from './accounts/insert-accounts.js';
import { lockAccount, lockEndpoint } from './accounts/lock-rows.js';
import { countSealedRows, lockSealedRows } from './accounts/sealed-rows.js';
import { countFailureCauses, countHeldAlerts } from './alerts/alert-facts.js';
import { leaseAlerts, listDueAlerts, lockAlerts } from './alerts/claim-alerts.js';
import { finishAlerts } from './alerts/finish-alerts.js';
import { countMailsToday, insertSummaries, markAlerts } from './alerts/mail-quota.js';
import { guardPools } from './connection/guard-pools.js';
import { listDeliveriesOfEvents } from './deliveries/event-deliveries.js';
import {
  countFailedDeliveries,
  countWaitingDeliveries,
  findLane,
  lockFailedDeliveries,
  lockWaitingDeliveries,
} from './deliveries/failed-deliveries.js';
import { findDelivery } from './deliveries/find-delivery.js';
import { cancelDelivery, lockDelivery, requeueDeliveries } from './deliveries/requeue-deliveries.js';
import { searchDeliveries } from './deliveries/search-deliveries.js';
import { listSubjectEvents } from './deliveries/subject-events.js';
import { listSubscribers } from './deliveries/subscribers.js';
import { insertDisabledAlert } from './maintenance/disable-endpoints.js';
import { readDatabaseHealth, readQueueFigures } from './setup/queue-figures.js';
import { countPlaintextRows, sampleSealedValues } from './setup/sealed-values.js';
import { PostgresFigureStore } from './postgres-figure-store.js';
import { checkRights } from './setup/check-rights.js';
import { checkEncoding, checkIsolation, checkTables } from './setup/start-up.js';

/** The methods for services, alerts and the start-up. Their statements are in the folders beside this file. */
export abstract class PostgresServiceStore extends PostgresFigureStore {
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

  // Deliveries

  searchDeliveries(
    tenantId: string,
    search: DeliverySearch,
  ): Promise<{ deliveries: DeliveryRecord[]; scanned: ScannedRange }> {
    return searchDeliveries(this.session, tenantId, search);
  }

  findDelivery(tenantId: string, id: string): Promise<DeliveryDetailRecord | null> {
    return findDelivery(this.session, tenantId, id);
  }

  lockDelivery(tenantId: string, id: string): Promise<LockedDelivery | null> {
    return lockDelivery(this.session, tenantId, id);
  }

  requeueDeliveries(laneId: string, ids: readonly string[]): Promise<void> {
    this.noteLanes();
    return requeueDeliveries(this.session, laneId, ids);
  }

  cancelDelivery(id: string): Promise<void> {
    return cancelDelivery(this.session, id);
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

  lockWaitingDeliveries(search: WaitingSearch): Promise<{ id: string; nextAt: number }[]> {
    return lockWaitingDeliveries(this.session, search);
  }

  countWaitingDeliveries(search: WaitingSearch): Promise<number> {
    return countWaitingDeliveries(this.session, search);
  }

  listSubjectEvents(
    tenantId: string,
    subject: string,
    page: SubjectEventPage,
  ): Promise<{ events: SubjectEvent[]; hasMore: boolean }> {
    return listSubjectEvents(this.session, tenantId, subject, page);
  }

  listDeliveriesOfEvents(
    tenantId: string,
    sequences: readonly string[],
    limits: { perEvent: number; total: number },
  ): Promise<DeliveryRecord[]> {
    return listDeliveriesOfEvents(this.session, tenantId, sequences, limits);
  }

  listSubscribers(tenantId: string, range: { from: number; to: number }): Promise<Subscribers> {
    return listSubscribers(this.session, tenantId, range);
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

  finishAlerts(results: readonly AlertResult[]): Promise<void> {
    return finishAlerts(this.session, results);
  }

  countFailureCauses(selections: readonly FailureSelection[]): Promise<FailureCount[][]> {
    return countFailureCauses(this.session, selections);
  }

  countHeldAlerts(selections: readonly HeldSelection[]): Promise<AlertCount[][]> {
    return countHeldAlerts(this.session, selections);
  }

  insertDisabledAlert(endpointId: string): Promise<void> {
    return insertDisabledAlert(this.session, endpointId);
  }

  // Set-up

  guardConnections(): () => void {
    return guardPools(this.session.dataSource);
  }

  checkEncoding(): Promise<void> {
    return checkEncoding(this.session);
  }

  checkRights(role: ProcessRole): Promise<void> {
    return checkRights(this.session, role);
  }

  checkTables(): Promise<void> {
    return checkTables(this.session);
  }

  checkIsolation(): Promise<void> {
    return checkIsolation(this.session);
  }

  sampleSealedValues(perKey: number): Promise<SealedSample[]> {
    return sampleSealedValues(this.session, perKey);
  }

  countPlaintextRows(): Promise<{ endpoints: number; accounts: number }> {
    return countPlaintextRows(this.session);
  }

  countSealedRows(limit: number): Promise<number> {
    return countSealedRows(this.session, limit);
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
}
