import type { EntityManager } from 'typeorm';
import type { Reason } from '../../core/states.js';
import type { DisabledEndpoint } from '../maintenance-store.js';
import type { CommitNotifier, CommittedWork, Store } from '../store.js';
import type { CommitListener } from '../typeorm/commit-listener.js';
import { TypeOrmStore } from '../typeorm/typeorm-store.js';
import type { Session } from './connection/session.js';
import { deleteIdleLanes } from './maintenance/delete-idle-lanes.js';
import {
  deleteOldAlerts,
  deleteOldDeliveries,
  deleteUnusedEndpoints,
  deleteUnusedEvents,
} from './maintenance/delete-old-rows.js';
import { closeTenant, deleteTenantDeliveries, deleteTenantEvents } from './maintenance/delete-tenant-rows.js';
import { disableEndpoint, disableFailingEndpoints } from './maintenance/disable-endpoints.js';
import { discardBacklog } from './maintenance/discard-backlog.js';
import { rescueExpiredLeases } from './maintenance/rescue-leases.js';
import { warnFailingEndpoints } from './maintenance/warn-failing-endpoints.js';

/** The store on PostgreSQL: one line a method; each statement has a file. */
export class PostgresStore extends TypeOrmStore implements Store {
  constructor(
    private readonly session: Session,
    private readonly commits: CommitListener,
    readonly notifier: CommitNotifier,
  ) {
    super();
  }

  protected get manager(): EntityManager {
    return this.session.manager;
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

  private bind(session: Session): this {
    return new PostgresStore(session, this.commits, this.notifier) as this;
  }
}
