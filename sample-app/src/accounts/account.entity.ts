import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A customer of this backend. */
@Entity('accounts')
export class Account {
  @PrimaryColumn('varchar', { length: 64 })
  id: string;

  @Column('varchar', { length: 120 })
  name: string;

  /** The default sender of its messages. */
  @Column('varchar', { name: 'phone_number', length: 16 })
  phoneNumber: string;

  /** SHA-256 of the API key in hex. The key itself is not stored. */
  @Column('char', { name: 'api_key_hash', length: 64, unique: true })
  apiKeyHash: string;
}
