import type { MigrationInterface, QueryRunner } from 'typeorm';
import { captureFunction } from '../capture/capture-function.js';
import { tablesOf } from '../tables.js';
import { indexName } from './migration-steps.js';

/** Creates the table of changes. Triggers on the host's tables write to it. Processes of earlier releases ignore it. */
export class CaptureChanges1764800000000 implements MigrationInterface {
  readonly name = 'CaptureChanges1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    const { changes } = tablesOf(runner.connection);
    // The table is empty when all changes are mapped. It is vacuumed often, because every change passes through it.
    await runner.query(`
      create table ${changes} (
        capture varchar(255) not null,
        due_at bigint not null default '0',
        id bigserial not null,
        event_id uuid not null,
        created_at bigint not null,
        attempts integer not null default 0,
        row_key text,
        error varchar(500),
        row_before jsonb,
        row_after jsonb,
        primary key (capture, due_at, id)
      ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`);
    // Finds, for one host row, the changes that wait because of a failure. New changes from the trigger do not enter this
    // index.
    await runner.query(
      `create index ${indexName(runner, 'changes', '_row')} on ${changes} (capture, row_key, id) where due_at > 0`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    // "cascade" also drops the triggers that are left. Without the table, they would make the host's statements fail.
    await runner.query(`drop function if exists ${captureFunction(runner.connection)}() cascade`);
    await runner.query(`drop table ${tablesOf(runner.connection).changes}`);
  }
}
