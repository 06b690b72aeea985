import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablesOf } from '../tables.js';
import { dropIndex, indexName, lockTables } from './migration-steps.js';

/** The id and the metadata that a tenant may give to an endpoint. Processes of earlier releases ignore the columns. */
export class EndpointMetadata1765100000000 implements MigrationInterface {
  readonly name = 'EndpointMetadata1765100000000';

  async up(runner: QueryRunner): Promise<void> {
    const { endpoints } = tablesOf(runner.connection);
    await lockTables(runner, 'access exclusive', 'endpoints');
    await runner.query(`alter table ${endpoints} add column uid varchar(128), add column metadata text`);
    await runner.query(
      `create unique index ${indexName(runner, 'endpoints', '_uid')} on ${endpoints} (tenant_id, uid)
       where deleted_at is null and uid is not null`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await lockTables(runner, 'access exclusive', 'endpoints');
    await dropIndex(runner, 'endpoints', '_uid');
    await runner.query(
      `alter table ${tablesOf(runner.connection).endpoints} drop column metadata, drop column uid`,
    );
  }
}
