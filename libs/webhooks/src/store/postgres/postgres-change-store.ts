import type { EntityManager } from 'typeorm';
import type {
  CapturedColumn,
  CaptureHealth,
  ChangedRow,
  ClaimedChange,
  PostponedChange,
} from '../change-store.js';
import type { CommitListener } from '../typeorm/commit-listener.js';
import { TypeOrmStore } from '../typeorm/typeorm-store.js';
import { readCaptureHealth } from './capture/capture-health.js';
import { checkCapture } from './capture/check-capture.js';
import { claimChanges } from './capture/claim-changes.js';
import { deleteChanges, postponeChanges } from './capture/finish-changes.js';
import { readChangedRows } from './capture/read-changed-rows.js';
import type { Session } from './connection/session.js';

/** The statements on captured changes, one line per method. */
export abstract class PostgresChangeStore extends TypeOrmStore {
  constructor(
    protected readonly session: Session,
    protected readonly commits: CommitListener,
  ) {
    super();
  }

  protected run<T>(statement: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.session.run(statement);
  }

  protected noteLanes(): void {
    this.commits.noteLanes(this.session.runner);
  }

  checkCapture(captured: CapturedColumn): Promise<string> {
    return checkCapture(this.session, captured);
  }

  claimChanges(captured: CapturedColumn, limit: number): Promise<ClaimedChange[]> {
    return claimChanges(this.session, captured, limit);
  }

  readChangedRows(
    captured: CapturedColumn,
    changes: readonly ClaimedChange[],
  ): Promise<Map<string, ChangedRow>> {
    return readChangedRows(this.session, captured, changes);
  }

  deleteChanges(captured: CapturedColumn, changes: readonly ClaimedChange[]): Promise<void> {
    return deleteChanges(this.session, captured, changes);
  }

  postponeChanges(captured: CapturedColumn, changes: readonly PostponedChange[]): Promise<void> {
    return postponeChanges(this.session, captured, changes);
  }

  readCaptureHealth(): Promise<CaptureHealth[]> {
    return readCaptureHealth(this.session);
  }
}
