import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablesOf } from '../tables.js';
import { lockTables } from './migration-steps.js';

/** The headers of failed responses. Processes of earlier releases ignore the columns. */
export class AttemptHeaders1765000000000 implements MigrationInterface {
  readonly name = 'AttemptHeaders1765000000000';

  async up(runner: QueryRunner): Promise<void> {
    const { attempts, deliveries } = tablesOf(runner.connection);
    await lockTables(runner, 'access exclusive', 'deliveries', 'attempts');
    for (const table of [deliveries, attempts])
      await runner.query(`alter table ${table} add column response_headers text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { attempts, deliveries } = tablesOf(runner.connection);
    await lockTables(runner, 'access exclusive', 'deliveries', 'attempts');
    for (const table of [deliveries, attempts])
      await runner.query(`alter table ${table} drop column response_headers`);
  }
}
