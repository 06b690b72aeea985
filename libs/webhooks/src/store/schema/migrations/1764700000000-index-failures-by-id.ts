import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablesOf } from '../tables.js';
import { dropIndex, indexName, lockTables } from './migration-steps.js';

/** An index for the lists of failures, newest first. A successful first attempt changes no column of the index. */
export class IndexFailuresById1764700000000 implements MigrationInterface {
  readonly name = 'IndexFailuresById1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    const { deliveries } = tablesOf(runner.connection);
    await lockTables(runner, 'share', 'deliveries');
    await runner.query(
      `create index if not exists ${indexName(runner, 'deliveries', '_failed_id')} on ${deliveries} (lane_id, id)
       where failed_at is not null`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await lockTables(runner, 'access exclusive', 'deliveries');
    await dropIndex(runner, 'deliveries', '_failed_id');
  }
}
