import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export type MessageStatus = 'queued' | 'sent' | 'delivered' | 'expired' | 'failed';

@Entity('sms_messages')
export class Message {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' }) id!: string;
  @Column('text') customer!: string;
  @Column({ type: 'text', name: 'msisdn' }) to!: string;
  @Index()
  @Column({ type: 'text', default: 'queued' })
  status!: MessageStatus;
  @Column({ type: 'jsonb', default: {} }) report!: { code?: number };
  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}
