import { Injectable } from '@nestjs/common';
import { Session } from '../store/postgres/connection/session.js';
import { nowMs } from '../store/postgres/fragments/expressions.js';
import { tableMetadata } from '../store/schema/tables.js';

/** Dead rows that are worth a word: this many, and more than live ones. */
const DEAD_ROWS_WARNING = 50_000;
/** A snapshot older than this keeps vacuum from its work, ms. */
const OLD_SNAPSHOT = 10 * 60_000;
/** An event that waits longer for the relay says that no worker runs, ms. */
const RELAY_LAG = 60_000;

/** Something about the database that will make deliveries slow, and what to do. */
export interface HealthWarning {
  kind: 'dead-rows' | 'old-snapshot' | 'relay-lag';
  message: string;
  data: Record<string, string | number>;
}

/** Looks at what makes queues in PostgreSQL slow before it does. A customer's failing endpoint is not its business. */
@Injectable()
export class HealthCheck {
  constructor(private readonly database: Session) {}

  async check(): Promise<HealthWarning[]> {
    const [row] = await this.database.query<{
      dead: string;
      live: string;
      snapshotMs: string;
      lagMs: string;
    }>(
      `select (select coalesce(sum(n_dead_tup), 0) from pg_stat_user_tables where relid = any($2::text[]::regclass[]::oid[])) as dead,
              (select coalesce(sum(n_live_tup), 0) from pg_stat_user_tables where relid = any($2::text[]::regclass[]::oid[])) as live,
              (select coalesce(max(extract(epoch from clock_timestamp() - xact_start) * 1000), 0)::bigint
                 from pg_stat_activity where backend_xmin is not null and datname = current_database()
                  and pid <> pg_backend_pid()) as "snapshotMs",
              (select coalesce(${nowMs(1)} - min(created_at), 0)
                 from (select e.created_at from ${this.database.tables.unrelayed} u
                         join ${this.database.tables.events} e on e.sequence = u.sequence
                        order by u.sequence limit 1) oldest) as "lagMs"`,
      [
        this.database.clockOffset,
        [this.database.tables.deliveries, this.database.tables.lanes, this.database.tables.events],
      ],
    );
    return this.warnings(Number(row!.dead), Number(row!.live), Number(row!.snapshotMs), Number(row!.lagMs));
  }

  private warnings(dead: number, live: number, snapshotMs: number, lagMs: number): HealthWarning[] {
    const all: HealthWarning[] = [];
    const table = tableMetadata(this.database.dataSource, 'deliveries').tableName;
    if (dead > DEAD_ROWS_WARNING && dead > live) {
      const message = `The webhook tables hold ${dead} dead rows beside ${live} live ones: look at autovacuum of ${table}, and at old transactions.`;
      all.push({ kind: 'dead-rows', message, data: { dead, live } });
    }
    if (snapshotMs > OLD_SNAPSHOT) {
      const message = `A transaction has been open for ${Math.round(snapshotMs / 60_000)} minutes: vacuum cannot clean up behind it. Set idle_in_transaction_session_timeout, or end it.`;
      all.push({ kind: 'old-snapshot', message, data: { snapshotMs } });
    }
    if (lagMs > RELAY_LAG) {
      const message = `The oldest event has waited ${Math.round(lagMs / 1000)} s for the relay: no worker runs (role 'all' or 'worker'), or they cannot keep up.`;
      all.push({ kind: 'relay-lag', message, data: { lagMs } });
    }
    return all;
  }
}
