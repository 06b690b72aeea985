import {
  Column,
  Entity,
  JoinColumn,
  ManyToOne,
  type MigrationInterface,
  OneToMany,
  PrimaryColumn,
  type QueryRunner,
  type Relation,
} from 'typeorm';
import { captureMigration } from '../../libs/webhooks/src/store/schema/capture/capture-migration.js';

export type Status = 'queued' | 'sent' | 'delivered' | 'failed';

@Entity()
export class Campaign {
  @PrimaryColumn() id!: number;
  @OneToMany(() => Message, (message) => message.campaign, { cascade: true }) messages!: Relation<Message>[];
}

/** The host's table. */
@Entity()
export class Message {
  @PrimaryColumn() id!: string;
  @Column() accountId!: number;
  @Column({ type: 'varchar', default: 'queued' }) status!: Status;
  @Column({ default: '' }) note!: string;
  @ManyToOne(() => Campaign, (campaign) => campaign.messages, { nullable: true })
  @JoinColumn()
  campaign!: Relation<Campaign> | null;
}

export class CreateMessages1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table campaign (id int primary key)');
    await runner.query(`create table message (
      id varchar primary key, "accountId" int not null, status varchar not null default 'queued',
      note varchar not null default '', "campaignId" int references campaign (id))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table message');
    await runner.query('drop table campaign');
  }
}

export class CaptureStatus1764900000000 extends captureMigration(Message, { column: 'status' }) {}

export const MIGRATIONS = [CreateMessages1763700000000, CaptureStatus1764900000000];
