import { EntitySchema, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Order of the statuses. A report never sets a lower rank, and the first final status stays. */
export const STATUS_RANK = { queued: 0, sent: 1, delivered: 2, failed: 2 } as const;

export interface Message {
  id: string;
  accountId: string;
  from: string;
  to: string;
  body: string;
  status: keyof typeof STATUS_RANK;
}

export const messages = new EntitySchema<Message>({
  name: 'Message',
  tableName: 'messages',
  columns: {
    id: { type: 'uuid', primary: true, generated: 'uuid' },
    accountId: { type: 'text', name: 'account_id' },
    from: { type: 'text', name: 'sender' },
    to: { type: 'text', name: 'recipient' },
    body: { type: 'text' },
    status: { type: 'text' },
  },
});

export class CreateMessages1735689600000 implements MigrationInterface {
  readonly name = 'CreateMessages1735689600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table messages (
        id uuid primary key default gen_random_uuid(),
        account_id text not null,
        sender text not null,
        recipient text not null,
        body text not null,
        status text not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table messages');
  }
}
