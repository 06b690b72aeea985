import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DescribeMessages1764800000000 implements MigrationInterface {
  readonly name = 'DescribeMessages1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE messages
        ADD external_id varchar(128),
        ADD tags jsonb,
        ADD sim smallint NOT NULL DEFAULT 0,
        ADD refunded boolean NOT NULL DEFAULT false
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE messages DROP external_id, DROP tags, DROP sim, DROP refunded');
  }
}
