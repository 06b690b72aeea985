import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateBackend1735689600000 implements MigrationInterface {
  readonly name = 'CreateBackend1735689600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE accounts (
        id varchar(64) PRIMARY KEY,
        name varchar(120) NOT NULL,
        phone_number varchar(16) NOT NULL,
        api_key_hash char(64) NOT NULL UNIQUE
      )
    `);
    await runner.query(`
      CREATE TABLE messages (
        id uuid PRIMARY KEY,
        account_id varchar(64) NOT NULL REFERENCES accounts (id),
        direction varchar(3) NOT NULL,
        "from" varchar(16) NOT NULL,
        "to" varchar(16) NOT NULL,
        body text NOT NULL,
        status varchar(16) NOT NULL,
        attempt int NOT NULL DEFAULT 1,
        max_attempts int NOT NULL DEFAULT 1,
        error_code varchar(64),
        error_message varchar(255),
        provider_id varchar(128),
        callback_url text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      )
    `);
    // The list: an account's messages, newest first.
    await runner.query('CREATE INDEX messages_list ON messages (account_id, created_at, id)');
    await runner.query(`
      CREATE TABLE phones (
        id uuid PRIMARY KEY,
        account_id varchar(64) NOT NULL REFERENCES accounts (id),
        number varchar(16) NOT NULL,
        online boolean,
        last_heartbeat_at timestamptz NOT NULL,
        changes int NOT NULL DEFAULT 0,
        UNIQUE (account_id, number)
      )
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['phones', 'messages', 'accounts']) await runner.query(`DROP TABLE ${table}`);
  }
}
