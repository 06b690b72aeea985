import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { WebhooksError } from '../core/errors.js';
import type { StoreTransactions } from './transactions.js';

/** A captured row does not fit the host's table any more: one of its columns has another type now. */
export class UnreadableRowsError extends WebhooksError {
  override readonly name = 'UnreadableRowsError';
}

/** A column of one of the host's tables whose changes are captured. */
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
   * Checks that the entity has the column and that exactly its triggers are on the table, and returns the capture's name.
   * Throws {@link WebhooksSetupError} otherwise, with the migration to add; {@link WebhooksNotReadyError} if the data source
   * lists that migration and it was not run. Then every other method throws it too, until `checkTables` passes again.
   */
  checkCapture(captured: CapturedColumn): Promise<string>;
  /**
   * In `tx`: locks and returns up to `limit` changes of a capture that were never tried, and as many whose due time has come,
   * in the order in which they were made. Skips changes that another worker has locked.
   */
  claimChanges(captured: CapturedColumn, limit: number): Promise<ClaimedChange[]>;
  /**
   * In `tx`: the rows of claimed changes by their id, as TypeORM reads them: names, types and transformers are those of the
   * entity. Throws {@link UnreadableRowsError} if a row does not fit the table any more; `tx` is broken then.
   */
  readChangedRows(
    captured: CapturedColumn,
    changes: readonly ClaimedChange[],
  ): Promise<Map<string, ChangedRow>>;
  /**
   * In `tx`: deletes claimed changes, because their events are published in `tx` or they have none. Later changes of the
   * same rows that waited for them are due.
   */
  deleteChanges(captured: CapturedColumn, changes: readonly ClaimedChange[]): Promise<void>;
  /** In `tx`: stores that claimed changes are not to be claimed again before their `dueAt`. */
  postponeChanges(captured: CapturedColumn, changes: readonly PostponedChange[]): Promise<void>;
  /** The captures that have changes, also those that no process maps. */
  readCaptureHealth(): Promise<CaptureHealth[]>;
}

/** A change that this transaction has locked. */
export interface ClaimedChange {
  id: string;
  /** 0: it was never tried. */
  dueAt: number;
  /** Primary key of the host's row, as JSON text: one text for each row. */
  rowKey: string;
  /** A random UUID that the trigger has drawn. `newUuid` derives the event's id from it. */
  eventId: string;
  /** When the change was made, epoch milliseconds. */
  createdAt: number;
  /** Failed calls of the map. */
  attempts: number;
  /** It must wait, because an earlier change of the same row is not mapped yet and is not claimed here. */
  isHeld: boolean;
  /** If it must wait: when the earlier change is tried again, epoch milliseconds; `null`: another worker is mapping it. */
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
  /** What the map threw; `null`: it was not called, because an earlier change of the row must be mapped first. */
  error: string | null;
}

export interface CaptureHealth {
  /** Such as `sms.message.status`. */
  capture: string;
  /** Changes whose map has failed, counted up to 10,000. */
  failing: number;
  /** Primary key of the row whose change has failed most often, as JSON text, its failures and the last error. */
  failingKey: string | null;
  failingAttempts: number;
  failingError: string | null;
  /** Age of the oldest change that no worker has tried, ms; 0 if there is none. */
  untriedMs: number;
}
