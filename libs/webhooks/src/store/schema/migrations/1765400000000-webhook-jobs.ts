import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablesOf } from '../tables.js';
import { dropIndex, indexName, lockTables } from './migration-steps.js';

/** The table of jobs, and an index of a tenant's events by time. Processes of earlier releases ignore both. */
export class WebhookJobs1765400000000 implements MigrationInterface {
  readonly name = 'WebhookJobs1765400000000';

  async up(runner: QueryRunner): Promise<void> {
    const { events, jobs } = tablesOf(runner.connection);
    await runner.query(`
      create table ${jobs} (
        id uuid primary key,
        tenant_id varchar(255) not null,
        kind varchar(32) not null,
        state varchar(16) not null,
        endpoint_id uuid,
        parameters text not null,
        cursor varchar(64),
        matched integer not null default 0,
        done integer not null default 0,
        deliveries integer not null default 0,
        attempts integer not null default 0,
        error varchar(500),
        created_at bigint not null,
        updated_at bigint not null,
        finished_at bigint,
        next_at bigint
      )`);
    const index = (suffix: string): string => indexName(runner, 'jobs', suffix);
    // Each worker reads this index in every check for work.
    await runner.query(`create index ${index('_due')} on ${jobs} (next_at) where next_at is not null`);
    await runner.query(`create index ${index('_tenant')} on ${jobs} (tenant_id, created_at, id)`);
    // Allows one replay at a time for an endpoint, because two replays would create the same deliveries.
    await runner.query(
      `create unique index ${index('_running')} on ${jobs} (endpoint_id, kind) where finished_at is null`,
    );
    await lockTables(runner, 'share', 'events');
    await runner.query(
      `create index if not exists ${indexName(runner, 'events', '_tenant')} on ${events} (tenant_id, created_at, sequence)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await lockTables(runner, 'access exclusive', 'jobs', 'events');
    await dropIndex(runner, 'events', '_tenant');
    await runner.query(`drop table ${tablesOf(runner.connection).jobs}`);
  }
}
