import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateTables1704067200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table sms.account (id serial primary key, api_key varchar not null unique)');
    await runner.query(
      `create type sms.message_delivery_status_enum as enum ('queued', 'sent', 'delivered', 'failed')`,
    );
    await runner.query(`create table sms.message (
      id uuid primary key default gen_random_uuid(), account_id int not null references sms.account (id),
      sender_id varchar not null, phone_number varchar not null, text varchar not null,
      delivery_status sms.message_delivery_status_enum not null default 'queued', carrier_ref varchar)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table sms.message; drop type sms.message_delivery_status_enum');
    await runner.query('drop table sms.account');
  }
}
