import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablesOf } from '../tables.js';
import { dropIndex, indexName, lockTables } from './migration-steps.js';

/**
 * Separate indexes for live and deleted endpoints: one for reads of live endpoints, and one for the removal of deleted
 * ones.
 */
export class IndexLiveEndpoints1764500000000 implements MigrationInterface {
  readonly name = 'IndexLiveEndpoints1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    const { endpoints } = tablesOf(runner.connection);
    await lockTables(runner, 'share', 'endpoints');
    await runner.query(
      `create index if not exists ${indexName(runner, 'endpoints', '_live')} on ${endpoints} (tenant_id, created_at, id)
       where deleted_at is null`,
    );
    await runner.query(
      `create index if not exists ${indexName(runner, 'endpoints', '_deleted')} on ${endpoints} (id)
       where deleted_at is not null`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await lockTables(runner, 'access exclusive', 'endpoints');
    for (const suffix of ['_live', '_deleted']) await dropIndex(runner, 'endpoints', suffix);
  }
}
