import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablesOf } from '../tables.js';
import { lockTables } from './migration-steps.js';

/**
 * What the operator has paused, and the lanes that are paused for that reason. To a process of an earlier release, such a
 * lane looks as if its owner had paused it. If the owner resumes the lane through such a process, its deliveries are
 * sent.
 */
export class OperatorPauses1765600000000 implements MigrationInterface {
  readonly name = 'OperatorPauses1765600000000';

  async up(runner: QueryRunner): Promise<void> {
    const { lanes, pauses } = tablesOf(runner.connection);
    await runner.query(`
      create table ${pauses} (
        scope varchar(16) not null,
        value varchar(300) not null,
        reason varchar(500),
        created_at bigint not null,
        ended_at bigint,
        primary key (scope, value)
      )`);
    await lockTables(runner, 'access exclusive', 'lanes');
    await runner.query(`alter table ${lanes} add column operator_paused_at bigint`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { lanes, pauses } = tablesOf(runner.connection);
    await lockTables(runner, 'access exclusive', 'lanes', 'pauses');
    await runner.query(`alter table ${lanes} drop column operator_paused_at`);
    await runner.query(`drop table ${pauses}`);
  }
}
