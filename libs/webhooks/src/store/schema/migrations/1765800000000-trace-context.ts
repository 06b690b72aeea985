import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablesOf } from '../tables.js';
import { lockTables } from './migration-steps.js';

/** The trace context in which an event was published. Processes of earlier releases ignore the column. */
export class TraceContext1765800000000 implements MigrationInterface {
  readonly name = 'TraceContext1765800000000';

  async up(runner: QueryRunner): Promise<void> {
    const { events } = tablesOf(runner.connection);
    await lockTables(runner, 'access exclusive', 'events');
    await runner.query(`alter table ${events} add column traceparent character varying(64)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { events } = tablesOf(runner.connection);
    await lockTables(runner, 'access exclusive', 'events');
    await runner.query(`alter table ${events} drop column traceparent`);
  }
}
