import {
  Column,
  CreateDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  VirtualColumn,
} from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { captureMigration } from '../../libs/webhooks/src/store/schema/capture/capture-migration.js';

@Entity()
export class Depot {
  @PrimaryColumn() id!: number;
}

export class Money {
  @Column() currency!: string;
  @Column({ type: 'bigint' }) cents!: string;
}

/** A table of a host. It has a column of each kind that TypeORM converts on reading. */
@Entity()
export class Parcel {
  @PrimaryColumn({ type: 'bigint' }) id!: string;
  @Column({ name: 'state' }) status!: string;
  @Column({ type: 'numeric', nullable: true }) weight!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) sentAt!: Date | null;
  @CreateDateColumn({ type: 'timestamp' }) createdAt!: Date;
  @Column({ type: 'date', nullable: true }) day!: string | null;
  @Column({ type: 'bytea', nullable: true }) seal!: Buffer | null;
  @Column({ type: 'jsonb', nullable: true }) notes!: object | null;
  @Column({ type: 'text', array: true, nullable: true }) tags!: string[] | null;
  @Column({ type: 'simple-array', nullable: true }) stops!: string[] | null;
  @Column({ type: 'enum', enum: ['air', 'road'], default: 'road' }) way!: 'air' | 'road';
  @Column({ type: 'float8', nullable: true }) volume!: number | null;
  @Column({ default: false }) fragile!: boolean;
  @Column({ select: false, nullable: true }) pin!: string;
  @Column({
    nullable: true,
    transformer: { to: (phone: string) => phone?.slice(1), from: (stored: string) => stored && `+${stored}` },
  })
  phone!: string;
  @Column(() => Money) price!: Money;
  @ManyToOne(() => Depot, { nullable: true, onDelete: 'SET NULL' }) @JoinColumn() depot!: Depot | null;
  @VirtualColumn({ query: (alias) => `select ${alias}.state || '!'` }) loud!: string;
}

/** The host's own migration. */
export class CreateParcels1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table depot (id int primary key)');
    await runner.query(`create type parcel_way_enum as enum ('air', 'road')`);
    await runner.query(`create table parcel (
      id bigint primary key, state varchar not null, weight numeric, "sentAt" timestamptz,
      "createdAt" timestamp not null default now(), day date, seal bytea, notes jsonb, tags text[], stops text,
      way parcel_way_enum not null default 'road', volume float8, fragile boolean not null default false, pin varchar,
      phone varchar, "priceCurrency" varchar not null, "priceCents" bigint not null,
      "depotId" int references depot (id) on delete set null)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table parcel');
    await runner.query('drop type parcel_way_enum');
    await runner.query('drop table depot');
  }
}

export class CaptureParcels1764900000000 extends captureMigration(Parcel, { column: 'status' }) {}
