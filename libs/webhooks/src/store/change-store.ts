import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { WebhooksError } from '../core/errors.js';
import type { StoreTransactions } from './transactions.js';

/** A captured row does not fit the host's table, because the table has changed: a column has another type, for example. */
export class UnreadableRowsError extends WebhooksError {
  override readonly name = 'UnreadableRowsError';
}

/** A column whose changes are captured, in one of the host's tables. */
export interface CapturedColumn {
  /** The host's entity: its class, its schema or its name. */
  entity: EntityTarget<ObjectLiteral>;
  /** Property path of the column, such as `status` or `state.value`. */
  column: string;
  /** Inserted rows are captured, too. */
  insert: boolean;
  /** Deleted rows are captured, too. */
  delete: boolean;
}

/** Changes of the host's rows, written by triggers in the host's transactions. */
export interface ChangeStore extends StoreTransactions {
  /**
   * Checks that the entity has the column, and that the table has exactly the triggers of this capture. Returns the capture's
   * name. If the check fails, throws {@link WebhooksSetupError} with the migration to add. If the data source lists that
   * migration but has not run it, throws {@link WebhooksNotReadyError} instead. Then the other methods of the store
   * throw this error too, until `checkTables` passes again.
   */
  checkCapture(captured: CapturedColumn): Promise<string>;
  /**
   * In `tx`: locks up to `limit` untried changes of a capture, and up to `limit` changes that are due again. Returns all these
   * changes in the order in which they were made. Skips changes that another worker has locked.
   */
  claimChanges(captured: CapturedColumn, limit: number): Promise<ClaimedChange[]>;
  /**
   * In `tx`: returns the rows of claimed changes by the id of the change, as TypeORM reads them: names, types and transformers
   * are those of the entity. Throws {@link UnreadableRowsError} if a row does not fit the table any more. This error aborts
   * `tx`.
   */
  readChangedRows(
    captured: CapturedColumn,
    changes: readonly ClaimedChange[],
  ): Promise<Map<string, ChangedRow>>;
  /**
   * In `tx`: deletes claimed changes whose events are published in `tx`, or that have no events. Later changes of the same
   * rows become due.
   */
  deleteChanges(captured: CapturedColumn, changes: readonly ClaimedChange[]): Promise<void>;
  /** In `tx`: postpones claimed changes until their `dueAt`. */
  postponeChanges(captured: CapturedColumn, changes: readonly PostponedChange[]): Promise<void>;
  /** Returns the captures that have changes, including those that no process maps. */
  readCaptureHealth(): Promise<CaptureHealth[]>;
}

/** A change that this transaction has locked. */
export interface ClaimedChange {
  id: string;
  /** `0`: the change was never tried. */
  dueAt: number;
  /** Primary key of the host's row, as JSON text. All changes of one row have the same text. */
  rowKey: string;
  /** A random UUID that the trigger has generated. `newUuid` derives the event's id from it. */
  eventId: string;
  /** When the change was made (epoch milliseconds). */
  createdAt: number;
  /** Number of failed calls of `map`. */
  attempts: number;
  /** The change must wait, because an earlier change of the same row is not mapped yet and is not claimed here. */
  isHeld: boolean;
  /**
   * If the change must wait: when the earlier change is tried again (epoch milliseconds). `null`: another worker maps the
   * earlier change now, or the earlier change is due now.
   */
  heldUntil: number | null;
}

/** The host's row as entities. */
export interface ChangedRow {
  /** `null`: the row was inserted. */
  before: ObjectLiteral | null;
  /** `null`: the row was deleted. */
  after: ObjectLiteral | null;
}

export interface PostponedChange {
  change: ClaimedChange;
  /** Epoch milliseconds of the database's clock. */
  dueAt: number;
  /** What `map` threw. `null`: `map` was not called, because an earlier change of the row must be mapped first. */
  error: string | null;
}

export interface CaptureHealth {
  /** Such as `sms.message.status`. */
  capture: string;
  /** Changes whose map has failed, counted up to 10,000. */
  failing: number;
  /** Primary key, as JSON text, of the row whose change has failed most often. */
  failingKey: string | null;
  /** How often that change has failed; `0` if no change has failed. */
  failingAttempts: number;
  /** The last error of that change. */
  failingError: string | null;
  /** Age (ms) of the oldest change that no worker has tried; `0` if there is none. */
  untriedMs: number;
}
