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

/** What a commit has left for workers to do. */
export interface CommittedWork {
  /** Events to relay. */
  events: boolean;
  /** Lanes to check: a retry, a resume or a recovery made them due, or they were closed. */
  lanes: boolean;
}

/** The same of a commit in this process. */
export interface LocalCommit extends CommittedWork {
  /** The types of the events that it published, one for each event. */
  eventTypes: string[];
  /**
   * All events that it wrote, if they are few and small and have no callback; else `null`. Those of a savepoint that was
   * rolled back are among them.
   */
  written: WrittenEvent[] | null;
  /** Its transaction has announced all its events to other processes. */
  isAnnounced: boolean;
}

/** Notifies other processes of commits, and listens for theirs. What is not heard is found by polling. */
export interface CommitNotifier {
  /** Begins to listen, if that is possible. What was said until it does is looked for then. */
  listen(onWork: (work: CommittedWork) => void): void;
  /** While `isNeeded` returns true, other processes must hear of what commits here. Default: they need not. */
  notifyWhile(isNeeded: () => boolean): void;
  /** A transaction has committed here: says what of its work is for others, and not announced yet. */
  notify(commit: LocalCommit): void;
  /** Ends its connection. Nothing is told from now on. */
  stop(): Promise<void>;
}

/**
 * Everything the module reads and writes. One implementation for each database; the suite in `test/store/` is what each
 * must pass. A method is one transaction, mostly one statement, unless its comment says "in `tx`": then it must be called
 * on a store that is bound to a transaction, and what it wrote or locked lasts as long as that.
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
  /** Starts to watch the data source's commits; returns what stops it. */
  attach(): () => void;
  /** Calls `listener` after each commit in this process that left work. */
  onCommit(listener: (work: LocalCommit) => void): void;
  /** `null` if the database has no such channel. */
  readonly notifier: CommitNotifier | null;
}
