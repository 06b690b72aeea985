import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A phone that sends and receives messages for an account. */
@Entity('phones')
@Unique(['accountId', 'number'])
export class Phone {
  @PrimaryColumn('uuid')
  id: string;

  @Column('varchar', { name: 'account_id', length: 64 })
  accountId: string;

  @Column('varchar', { length: 16 })
  number: string;

  /** `null` until the first heartbeat. */
  @Column('boolean', { nullable: true })
  online: boolean | null;

  @Column('timestamptz', { name: 'last_heartbeat_at' })
  lastHeartbeatAt: Date;

  /** Number of times that the phone came online or went offline. */
  @Column('int', { default: 0 })
  changes: number;
}
