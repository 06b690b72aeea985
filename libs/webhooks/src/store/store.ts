import type { AccountStore } from './account-store.js';
import type { AlertStore } from './alert-store.js';
import type { EndpointStore } from './endpoint-store.js';
import type { SetupStore } from './setup-store.js';
import type { MaintenanceStore } from './maintenance-store.js';
import type { ErasureStore } from './jobs/erasure-store.js';
import type { EventLogStore } from './jobs/event-log-store.js';
import type { FigureStore } from './figures/figure-store.js';
import type { IdempotencyStore } from './idempotency/idempotency-store.js';
import type { OperatorStore } from './jobs/operator-store.js';
import type { JobStore } from './jobs/job-store.js';
import type { ChangeStore } from './change-store.js';
import type { DeliveryStore } from './delivery-store.js';
import type { LaneStore } from './lane-store.js';
import type { OutboxStore, WrittenEvent } from './outbox-store.js';
import type { OutcomeStore } from './outcome-store.js';

/** Token of the host's TypeORM `DataSource`. */
export const DATA_SOURCE = Symbol('nestjs-sms-webhooks:data-source');
/** Token of the {@link Store}. */
export const STORE = Symbol('nestjs-sms-webhooks:store');

/** The work that a commit creates for workers. */
export interface CommittedWork {
  /** Events to relay. */
  events: boolean;
  /**
   * Lanes or jobs to check: a retry, a resume or a recovery made lanes due, an endpoint was disabled or deleted, a replay was
   * started, or the operator has ended a pause.
   */
  lanes: boolean;
}

/** The work that a commit in this process creates. */
export interface LocalCommit extends CommittedWork {
  /** The type of each event that it published. */
  eventTypes: string[];
  /**
   * All events that the commit wrote, provided that they are few and small, were published one by one, and have no
   * callback and no idempotency key; else `null`. May include events of a savepoint that was rolled back.
   */
  written: WrittenEvent[] | null;
  /** Its transaction has announced all its events to other processes. */
  isAnnounced: boolean;
}

/** Notifies other processes of commits, and listens for theirs. If a notification is lost, polling finds the work. */
export interface CommitNotifier {
  /**
   * Begins to listen, if that is possible. Calls `onWork` as soon as it listens, because it may have missed announcements
   * before.
   */
  listen(onWork: (work: CommittedWork) => void): void;
  /**
   * While `isNeeded` returns true, other processes must be notified of commits in this process. By default, they are not
   * notified.
   */
  notifyWhile(isNeeded: () => boolean): void;
  /**
   * Call it after a transaction has committed in this process. Announces to other processes the work that is not announced
   * yet.
   */
  notify(commit: LocalCommit): void;
  /** Ends its connection. Nothing is announced afterwards. */
  stop(): Promise<void>;
}

/**
 * Everything that the module reads and writes. There is one implementation per database, and each must pass the suite in
 * `test/store/`. A method is one transaction, mostly one statement, unless its comment says "in `tx`": then it must be called
 * on a store that is bound to a transaction. The method's writes are committed with that transaction, and its locks are kept
 * until the transaction ends.
 */
export interface Store
  extends
    OutboxStore,
    LaneStore,
    OutcomeStore,
    DeliveryStore,
    EndpointStore,
    AccountStore,
    AlertStore,
    MaintenanceStore,
    SetupStore,
    EventLogStore,
    ErasureStore,
    JobStore,
    FigureStore,
    IdempotencyStore,
    OperatorStore,
    ChangeStore {
  /** Starts to watch the data source's commits. Returns a function that stops watching them. */
  attach(): () => void;
  /** Calls `listener` after each commit in this process that created work. */
  onCommit(listener: (work: LocalCommit) => void): void;
  /** `null` if the database cannot notify other processes. */
  readonly notifier: CommitNotifier | null;
}
