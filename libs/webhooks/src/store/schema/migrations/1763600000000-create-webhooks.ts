import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type Tables, tableMetadata, tablesOf } from '../tables.js';
import { requirePostgres } from './migration-steps.js';

/** The quoted name of an index on `table`. `suffix`: the end of its declared name. */
function index(runner: QueryRunner, table: keyof Tables, suffix: string): string {
  const found = tableMetadata(runner.connection, table).indices.find((each) => each.name.endsWith(suffix));
  return runner.connection.driver.escape(found!.name);
}

/**
 * SQL that locks tables for the rest of the transaction, even while workers hold some of them and wait for others.
 * Instead of waiting in a deadlock, the SQL releases its locks and tries again. So no transaction of a worker or the host
 * is aborted.
 */
function lockAll(tables: readonly string[]): string {
  return `do $$ begin
    perform set_config('lock_timeout', '200ms', true);
    for i in 1..100 loop
      begin
        lock table ${tables.join(', ')} in access exclusive mode;
        perform set_config('lock_timeout', '0', true);
        return;
      exception when lock_not_available then
        perform pg_sleep(random() / 20);
      end;
    end loop;
    raise exception 'The webhook tables are in use: stop the workers, and run this migration again.';
  end $$`;
}

export class CreateWebhooks1763600000000 implements MigrationInterface {
  readonly name = 'CreateWebhooks1763600000000';

  async up(runner: QueryRunner): Promise<void> {
    requirePostgres(runner);
    const tables = tablesOf(runner.connection);
    await runner.query(`
      create table ${tables.accounts} (
        tenant_id varchar(255) primary key,
        secrets text not null,
        alert_email varchar(320),
        default_profile varchar(32),
        created_at bigint not null,
        updated_at bigint not null
      )`);
    await runner.query(`
      create table ${tables.endpoints} (
        id uuid primary key,
        tenant_id varchar(255) not null,
        url text not null,
        events text not null,
        profile varchar(32) not null,
        description varchar(500),
        headers text,
        secrets text not null,
        phone_numbers text,
        timeout_ms integer,
        alert_email varchar(320),
        send_alert_email boolean not null default false,
        skip_errors boolean not null default false,
        skip_error_codes text not null,
        retry_on_error boolean not null default true,
        state varchar(16) not null default 'active',
        state_reason varchar(64),
        state_at bigint not null,
        created_at bigint not null,
        updated_at bigint not null,
        deleted_at bigint
      )`);
    // For the relay, which reads the endpoints of a batch's tenants, and for the list of a tenant's endpoints, newest
    // first.
    await runner.query(
      `create index ${index(runner, 'endpoints', '_tenant')} on ${tables.endpoints} (tenant_id, created_at, id)`,
    );
    // Lane counters are updated often. The free room on each page lets these updates leave the indexes unchanged.
    await runner.query(`
      create table ${tables.lanes} (
        id bigserial primary key,
        tenant_id varchar(255) not null,
        endpoint_id uuid,
        origin varchar(300),
        state varchar(8) not null default 'open',
        ordering varchar(8) not null default 'relaxed',
        next_due_at bigint,
        hold_until bigint,
        max_in_flight integer,
        max_throughput_per_minute integer,
        in_flight integer not null default 0,
        rate_clock bigint,
        failures integer not null default 0,
        failing_since bigint,
        probes integer not null default 0
      ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500)`);
    await runner.query(
      `create unique index ${index(runner, 'lanes', '_endpoint')} on ${tables.lanes} (endpoint_id)`,
    );
    await runner.query(
      `create unique index ${index(runner, 'lanes', '_callback')} on ${tables.lanes} (tenant_id, origin)`,
    );
    // For the claim of due lanes: the lanes that have been due longest come first.
    await runner.query(
      `create index ${index(runner, 'lanes', '_due')} on ${tables.lanes} (next_due_at) where next_due_at is not null`,
    );
    await runner.query(`
      create table ${tables.events} (
        sequence bigserial primary key,
        id uuid not null,
        tenant_id varchar(255) not null,
        type varchar(128) not null,
        subject varchar(255),
        occurred_at bigint not null,
        created_at bigint not null,
        source varchar(255),
        data text not null,
        callback_url text,
        idempotency_key varchar(255),
        test boolean not null default false,
        endpoint_id uuid
      ) with (autovacuum_vacuum_scale_factor = 0.05)`);
    // For the look-up of an event by the `webhook-id` that a receiver has got.
    await runner.query(`create unique index ${index(runner, 'events', '_id')} on ${tables.events} (id)`);
    // For the report on one message, and to find the earlier events of a subject whose order is kept.
    await runner.query(
      `create index ${index(runner, 'events', '_subject')} on ${tables.events} (tenant_id, subject, sequence)`,
    );
    await runner.query(
      `create unique index ${index(runner, 'events', '_idempotency')} on ${tables.events} (tenant_id, idempotency_key)
       where idempotency_key is not null`,
    );
    // The relay claims events from this table. It is empty when all events are relayed. It is vacuumed often, because every
    // event passes through it.
    await runner.query(`
      create table ${tables.unrelayed} (
        sequence bigint primary key
      ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`);
    // If a delivery is handed directly to a worker, its successful first attempt changes no indexed column. The free room
    // on each page then lets the update leave the indexes unchanged.
    await runner.query(`
      create table ${tables.deliveries} (
        id bigserial primary key,
        event_sequence bigint not null,
        lane_id bigint not null,
        next_at bigint,
        lease_id bigint,
        created_at bigint not null,
        finished_at bigint,
        failed_at bigint,
        attempt_at bigint,
        duration_ms integer,
        status integer,
        claims integer not null default 0,
        attempts integer not null default 0,
        attempts_before integer not null default 0,
        retry boolean not null default false,
        state varchar(16) not null,
        wire_type varchar(128) not null,
        profile varchar(32),
        reason varchar(64),
        error varchar(32),
        callback_url text,
        response text,
        -- The last column, so that PostgreSQL's write-ahead log need not repeat it with every update.
        body text not null
      ) with (fillfactor = 55, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.2)`);
    // Allows one delivery for each event, lane and wire type, and finds the deliveries of an event.
    await runner.query(
      `create unique index ${index(runner, 'deliveries', '_event')} on ${tables.deliveries} (event_sequence, lane_id, wire_type)`,
    );
    // For the log of an endpoint, newest first.
    await runner.query(
      `create index ${index(runner, 'deliveries', '_lane')} on ${tables.deliveries} (lane_id, id)`,
    );
    // For claims from a lane: first attempts, then retries, both by due time. Claimed deliveries stay in
    // the index: they are due at the end of their lease.
    await runner.query(
      `create index ${index(runner, 'deliveries', '_due')} on ${tables.deliveries} (lane_id, retry, next_at)
       where next_at is not null`,
    );
    // For `recover`, and for the filters for failures.
    await runner.query(
      `create index ${index(runner, 'deliveries', '_failed')} on ${tables.deliveries} (lane_id, failed_at)
       where failed_at is not null`,
    );
    await runner.query(`
      create table ${tables.attempts} (
        delivery_id bigint not null,
        number integer not null,
        started_at bigint not null,
        duration_ms integer,
        status integer,
        error varchar(32),
        response text,
        primary key (delivery_id, number)
      )`);
    await runner.query(`
      create table ${tables.leases} (
        id bigserial primary key,
        owner varchar(128) not null,
        expires_at bigint not null,
        first_delivery_id bigint not null
      )`);
    // Ids start at the current time. If they started at 1, and the tables were dropped and created anew while a worker
    // runs, another worker could get the ids of that worker's leases.
    await runner.query(
      `select setval(pg_get_serial_sequence($1, 'id'), floor(extract(epoch from clock_timestamp()) * 1000)::bigint)`,
      [tables.leases],
    );
    await runner.query(`
      create table ${tables.alerts} (
        id bigserial primary key,
        tenant_id varchar(255) not null,
        endpoint_id uuid,
        kind varchar(32) not null,
        dedupe_key varchar(255) not null,
        data text not null,
        created_at bigint not null,
        next_at bigint,
        sent_at bigint,
        attempts integer not null default 0,
        error varchar(500),
        taken_by text,
        recipient varchar(320),
        mailed_at bigint,
        held_at bigint
      )`);
    await runner.query(
      `create unique index ${index(runner, 'alerts', '_dedupe')} on ${tables.alerts} (dedupe_key)`,
    );
    await runner.query(
      `create index ${index(runner, 'alerts', '_due')} on ${tables.alerts} (next_at) where next_at is not null`,
    );
    await runner.query(
      `create index ${index(runner, 'alerts', '_tenant')} on ${tables.alerts} (tenant_id, id)`,
    );
    // For the number of mails that a recipient has got today.
    await runner.query(
      `create index ${index(runner, 'alerts', '_recipient')} on ${tables.alerts} (tenant_id, recipient)
       where recipient is not null`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = tablesOf(runner.connection);
    const all: (keyof Tables)[] = [
      'alerts',
      'leases',
      'attempts',
      'deliveries',
      'unrelayed',
      'events',
      'lanes',
      'endpoints',
      'accounts',
    ];
    await runner.query(lockAll(all.map((table) => tables[table])));
    for (const table of all) await runner.query(`drop table ${tables[table]}`);
  }
}
