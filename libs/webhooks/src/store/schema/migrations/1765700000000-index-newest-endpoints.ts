import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablesOf } from '../tables.js';
import { dropIndex, indexName, lockTables } from './migration-steps.js';

/** An index for the operator's list of all tenants' endpoints, newest first. */
export class IndexNewestEndpoints1765700000000 implements MigrationInterface {
  readonly name = 'IndexNewestEndpoints1765700000000';

  async up(runner: QueryRunner): Promise<void> {
    const { endpoints } = tablesOf(runner.connection);
    await lockTables(runner, 'share', 'endpoints');
    await runner.query(
      `create index if not exists ${indexName(runner, 'endpoints', '_newest')} on ${endpoints} (created_at, id)
       where deleted_at is null`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await lockTables(runner, 'access exclusive', 'endpoints');
    await dropIndex(runner, 'endpoints', '_newest');
  }
}
