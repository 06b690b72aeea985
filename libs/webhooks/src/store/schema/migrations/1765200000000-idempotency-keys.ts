import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablesOf } from '../tables.js';
import { indexName } from './migration-steps.js';

/** Idempotency keys of REST calls. Processes of earlier releases ignore the table. */
export class IdempotencyKeys1765200000000 implements MigrationInterface {
  readonly name = 'IdempotencyKeys1765200000000';

  async up(runner: QueryRunner): Promise<void> {
    const { idempotencyKeys } = tablesOf(runner.connection);
    await runner.query(`
      create table ${idempotencyKeys} (
        tenant_id varchar(255) not null,
        route varchar(64) not null,
        key varchar(255) not null,
        fingerprint varchar(64) not null,
        created_at bigint not null,
        locked_until bigint,
        answer text,
        primary key (tenant_id, route, key)
      )`);
    // With this index, maintenance finds the rows to delete.
    await runner.query(
      `create index ${indexName(runner, 'idempotencyKeys', '_created')} on ${idempotencyKeys} (created_at)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table ${tablesOf(runner.connection).idempotencyKeys}`);
  }
}
