import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { Account } from './account.entity.js';

export enum MessageStatus {
  Queued = 'queued',
  Sent = 'sent',
  Delivered = 'delivered',
  Failed = 'failed',
}

@Entity()
export class Message {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @ManyToOne(() => Account)
  @JoinColumn()
  account!: Relation<Account>;
  @Column() accountId!: number;
  @Column() senderId!: string;
  @Column() phoneNumber!: string;
  @Column() text!: string;
  @Column({ type: 'enum', enum: MessageStatus, default: MessageStatus.Queued })
  deliveryStatus!: MessageStatus;
  @Column({ type: 'varchar', nullable: true }) carrierRef!: string | null;
}
