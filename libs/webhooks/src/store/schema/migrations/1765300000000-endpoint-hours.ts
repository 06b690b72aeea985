import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablesOf } from '../tables.js';
import { indexName } from './migration-steps.js';

/** Figures of endpoints by hour. Processes of earlier releases write none. */
export class EndpointHours1765300000000 implements MigrationInterface {
  readonly name = 'EndpointHours1765300000000';

  async up(runner: QueryRunner): Promise<void> {
    const { endpointHours } = tablesOf(runner.connection);
    // Workers update this table every minute. The free room on each page lets these updates leave the indexes unchanged.
    await runner.query(`
      create table ${endpointHours} (
        endpoint_id uuid not null,
        hour bigint not null,
        delivered integer not null default 0,
        retried integer not null default 0,
        exhausted integer not null default 0,
        discarded integer not null default 0,
        status_2xx integer not null default 0,
        status_3xx integer not null default 0,
        status_4xx integer not null default 0,
        status_5xx integer not null default 0,
        status_none integer not null default 0,
        ms_50 integer not null default 0,
        ms_100 integer not null default 0,
        ms_250 integer not null default 0,
        ms_500 integer not null default 0,
        ms_1000 integer not null default 0,
        ms_2500 integer not null default 0,
        ms_5000 integer not null default 0,
        ms_10000 integer not null default 0,
        ms_more integer not null default 0,
        primary key (endpoint_id, hour)
      ) with (fillfactor = 70)`);
    // With this index, maintenance finds the rows to delete.
    await runner.query(
      `create index ${indexName(runner, 'endpointHours', '_hour')} on ${endpointHours} (hour)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table ${tablesOf(runner.connection).endpointHours}`);
  }
}
