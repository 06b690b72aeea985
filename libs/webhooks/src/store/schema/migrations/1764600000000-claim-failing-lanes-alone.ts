import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablesOf } from '../tables.js';
import { lockTables } from './migration-steps.js';

/** The time until which only one worker may claim from a failing lane. Processes of version 0.1 ignore the column. */
export class ClaimFailingLanesAlone1764600000000 implements MigrationInterface {
  readonly name = 'ClaimFailingLanesAlone1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await lockTables(runner, 'access exclusive', 'lanes');
    await runner.query(`alter table ${tablesOf(runner.connection).lanes} add column claimed_until bigint`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await lockTables(runner, 'access exclusive', 'lanes');
    await runner.query(`alter table ${tablesOf(runner.connection).lanes} drop column claimed_until`);
  }
}
