import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The statuses that a carrier may report of an outbound message. */
export const REPORTED_STATUSES = [
  'queued',
  'sending',
  'sent',
  'unconfirmed',
  'delivered',
  'failed',
  'rejected',
  'undelivered',
  'expired',
] as const;

export type ReportedStatus = (typeof REPORTED_STATUSES)[number];

/** An SMS of an account, sent by it or to it. */
@Entity('messages')
export class Message {
  @PrimaryColumn('uuid')
  id: string;

  @Column('varchar', { name: 'account_id', length: 64 })
  accountId: string;

  @Column('varchar', { length: 3 })
  direction: 'out' | 'in';

  @Column('varchar', { length: 16 })
  from: string;

  @Column('varchar', { length: 16 })
  to: string;

  @Column('text')
  body: string;

  @Column('varchar', { length: 16 })
  status: ReportedStatus | 'received';

  /** Number of the current attempt to send the message, from 1. */
  @Column('int', { default: 1 })
  attempt: number;

  @Column('int', { name: 'max_attempts', default: 1 })
  maxAttempts: number;

  @Column('varchar', { name: 'error_code', length: 64, nullable: true })
  errorCode: string | null;

  @Column('varchar', { name: 'error_message', length: 255, nullable: true })
  errorMessage: string | null;

  /** The carrier's id of the message. */
  @Column('varchar', { name: 'provider_id', length: 128, nullable: true })
  providerId: string | null;

  /** URL that gets the events of this message. */
  @Column('text', { name: 'callback_url', nullable: true })
  callbackUrl: string | null;

  /** The message's id in the account's own system. A reply has the external id of the message that it replies to. */
  @Column('varchar', { name: 'external_id', length: 128, nullable: true })
  externalId: string | null;

  @Column('jsonb', { nullable: true })
  tags: Record<string, string> | null;

  /** Slot of the SIM card that sends or has received the message. */
  @Column('smallint', { default: 0 })
  sim: 0 | 1;

  /** Whether the account gets its money back, because the message has failed for good. */
  @Column('boolean', { default: false })
  refunded: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
