import type { EntityManager } from 'typeorm';
import type { AccountChanges, AccountRecord } from '../account-store.js';
import type {
  EndpointChanges,
  EndpointLaneChanges,
  EndpointPage,
  EndpointRecord,
  EndpointScope,
  EndpointSummary,
  NewEndpoint,
  NewEndpointLane,
} from '../endpoint-store.js';
import type { TenantTable } from '../maintenance-store.js';
import type { ProfileUse, SealedColumns, SealedTable } from '../setup-store.js';
import { findAccounts, updateAccount } from './account-records.js';
import {
  findEndpoint,
  findEndpointByNumber,
  findRegistrationTime,
  insertEndpoint,
  listEndpoints,
  summarizeEndpoints,
  updateEndpoint,
} from './endpoint-records.js';
import { countUnknownProfiles } from './profile-use.js';
import { updateSealedRow } from './sealed-records.js';
import { deleteTenantRows } from './tenant-records.js';
import type { AttemptRecord } from '../delivery-store.js';
import { hasLane, listAttempts, listDeliveryIdsOfEvent } from './delivery-records.js';
import { listEvents, listUnrelayed, readEventData, readLastSequence } from './event-records.js';
import { deleteLeases } from './lease-records.js';
import type { StoredEvent } from '../outbox-store.js';

/**
 * The part of the store that TypeORM's query builder and repositories serve. It works on every database. The store of a
 * database extends this class, and may override a method.
 */
export abstract class TypeOrmStore {
  /** Runs one statement in the transaction that this store is bound to, or else on a separate connection. */
  protected abstract run<T>(statement: (manager: EntityManager) => Promise<T>): Promise<T>;

  /** Call this after this store's transaction has made a lane due, or has closed one. */
  protected abstract noteLanes(): void;

  // Outbox

  readEventData(sequences: readonly string[]): Promise<Map<string, unknown>> {
    return this.run((manager) => readEventData(manager, sequences));
  }

  listEvents(after: string, type?: string): Promise<StoredEvent[]> {
    return this.run((manager) => listEvents(manager, after, type));
  }

  readLastSequence(): Promise<string> {
    return this.run((manager) => readLastSequence(manager));
  }

  // Lanes

  deleteLeases(ids: readonly string[]): Promise<void> {
    return this.run((manager) => deleteLeases(manager, ids));
  }

  // Deliveries

  listAttempts(deliveryId: string): Promise<AttemptRecord[]> {
    return this.run((manager) => listAttempts(manager, deliveryId));
  }

  listDeliveryIdsOfEvent(tenantId: string, eventUuid: string): Promise<string[]> {
    return this.run((manager) => listDeliveryIdsOfEvent(manager, tenantId, eventUuid));
  }

  hasLane(tenantId: string, endpointId: string): Promise<boolean> {
    return this.run((manager) => hasLane(manager, tenantId, endpointId));
  }

  listUnrelayed(sequences: readonly string[]): Promise<Set<string>> {
    return this.run((manager) => listUnrelayed(manager, sequences));
  }

  // Endpoints and accounts

  findEndpoint(scope: EndpointScope, id: string): Promise<EndpointRecord | null> {
    return this.run((manager) => findEndpoint(manager, scope, id));
  }

  findEndpointByNumber(scope: EndpointScope, publicNo: number): Promise<EndpointRecord | null> {
    return this.run((manager) => findEndpointByNumber(manager, scope, publicNo));
  }

  listEndpoints(scope: EndpointScope, page: EndpointPage): Promise<EndpointRecord[]> {
    return this.run((manager) => listEndpoints(manager, scope, page));
  }

  summarizeEndpoints(tenantId: string): Promise<EndpointSummary[]> {
    return this.run((manager) => summarizeEndpoints(manager, tenantId));
  }

  findRegistrationTime(tenantId: string, n: number): Promise<number | null> {
    return this.run((manager) => findRegistrationTime(manager, tenantId, n));
  }

  insertEndpoint(endpoint: NewEndpoint, lane: NewEndpointLane): Promise<void> {
    return this.run((manager) => insertEndpoint(manager, endpoint, lane));
  }

  updateEndpoint(
    endpoint: Pick<EndpointRecord, 'id' | 'tenantId'>,
    changes: EndpointChanges,
    laneChanges: EndpointLaneChanges = {},
  ): Promise<void> {
    return this.run(async (manager) => {
      await updateEndpoint(manager, endpoint, changes, laneChanges);
      if (laneChanges.nextDueAt) this.noteLanes();
    });
  }

  findAccounts(tenantIds: readonly string[]): Promise<AccountRecord[]> {
    return this.run((manager) => findAccounts(manager, tenantIds));
  }

  updateAccount(tenantId: string, changes: AccountChanges): Promise<void> {
    return this.run((manager) => updateAccount(manager, tenantId, changes));
  }

  // Maintenance

  deleteTenantRows(tenantId: string, table: TenantTable): Promise<number> {
    return this.run((manager) => deleteTenantRows(manager, tenantId, table));
  }

  countUnknownProfiles(known: readonly string[]): Promise<ProfileUse[]> {
    return this.run((manager) => countUnknownProfiles(manager, known));
  }

  updateSealedRow(table: SealedTable, key: string, columns: SealedColumns): Promise<void> {
    return this.run((manager) => updateSealedRow(manager, table, key, columns));
  }
}
