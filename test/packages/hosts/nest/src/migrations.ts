import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMessage1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create table message (id uuid primary key default gen_random_uuid(), status varchar not null)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table message`);
  }
}
