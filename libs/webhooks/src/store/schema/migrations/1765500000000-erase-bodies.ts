import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablesOf } from '../tables.js';
import { lockTables } from './migration-steps.js';

/**
 * Adds `erased_at` to events and deliveries: the time when the event's data, or the delivery's body, was erased. Processes
 * of earlier releases ignore both columns.
 */
export class EraseBodies1765500000000 implements MigrationInterface {
  readonly name = 'EraseBodies1765500000000';

  async up(runner: QueryRunner): Promise<void> {
    const { deliveries, events } = tablesOf(runner.connection);
    await lockTables(runner, 'access exclusive', 'events', 'deliveries');
    for (const table of [events, deliveries])
      await runner.query(`alter table ${table} add column erased_at bigint`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { deliveries, events } = tablesOf(runner.connection);
    await lockTables(runner, 'access exclusive', 'events', 'deliveries');
    for (const table of [events, deliveries])
      await runner.query(`alter table ${table} drop column erased_at`);
  }
}
