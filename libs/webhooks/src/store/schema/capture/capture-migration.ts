import type { EntityTarget, MigrationInterface, ObjectLiteral, QueryRunner } from 'typeorm';
import { WebhooksSetupError } from '../../../core/errors.js';
import type { CapturedColumn } from '../../change-store.js';
import { tablesOf } from '../tables.js';
import { captureFunction, captureFunctionSql } from './capture-function.js';
import { type CaptureTrigger, captureTriggers } from './capture-triggers.js';
import { type CapturedTable, capturedTable } from './captured-table.js';

/** Options of {@link captureMigration}: the same `column`, `insert` and `delete` as in `capture()`. */
export interface CaptureMigrationOptions {
  /** Property of the entity, such as `status`, or the path of a property in an embedded entity, such as `state.value`. */
  column: string;
  /** Captures inserted rows, too. Default `false`. */
  insert?: boolean;
  /** Captures deleted rows, too. Default `false`. */
  delete?: boolean;
}

/**
 * Property in which a capture migration keeps the column that it captures. The symbol is global: all loaded copies of
 * this package share it.
 */
const CAPTURED = Symbol.for('nestjs-sms-webhooks:captured');

/** What a capture migration captures; `undefined` for any other migration. */
export function capturedBy(migration: MigrationInterface): CapturedColumn | undefined {
  return (migration as { [CAPTURED]?: CapturedColumn })[CAPTURED];
}

/**
 * Returns a migration that puts the triggers of `capture(entity, options)` on the host's table. The migration needs the
 * tables of `webhooksMigrations`, and the host's table. Extend it with a class whose name ends with a timestamp, as TypeORM
 * requires:
 *
 * `export class CaptureStatus1767225600000 extends captureMigration(Message, { column: 'status' }) {}`
 *
 * To change `insert` or `delete` later, add another such class: it replaces the triggers. `down` removes the triggers.
 */
export function captureMigration<Entity extends ObjectLiteral>(
  entity: EntityTarget<Entity>,
  options: CaptureMigrationOptions,
): new () => MigrationInterface {
  const { column, insert = false, delete: deletes = false } = options;
  const captured: CapturedColumn = { entity, column, insert, delete: deletes };
  return class CaptureMigration implements MigrationInterface {
    readonly [CAPTURED] = captured;

    async up(runner: QueryRunner): Promise<void> {
      const table = capturedTable(runner.connection, captured);
      const changes = await absoluteName(runner, tablesOf(runner.connection).changes);
      const name = captureFunction(runner.connection);
      await runner.query(captureFunctionSql(name, changes));
      // A role that may call the function could forge changes: it could create a trigger on its own table.
      await runner.query(`revoke all on function ${name}() from public`);
      await dropTriggers(runner, captured, table);
      for (const trigger of captureTriggers(runner.connection, captured, table))
        await runner.query(createTriggerSql(runner, trigger, table));
    }

    async down(runner: QueryRunner): Promise<void> {
      await dropTriggers(runner, captured, capturedTable(runner.connection, captured));
      await dropUnusedFunction(runner);
    }
  };
}

function createTriggerSql(
  runner: QueryRunner,
  { name, clause }: CaptureTrigger,
  table: CapturedTable,
): string {
  const { driver } = runner.connection;
  return `create trigger ${driver.escape(name)} after ${clause(table.table)}
    execute function ${captureFunction(runner.connection)}('${table.name.replaceAll("'", "''")}')`;
}

/** Drops the triggers of this column, including those that an earlier migration has created. */
async function dropTriggers(
  runner: QueryRunner,
  captured: CapturedColumn,
  table: CapturedTable,
): Promise<void> {
  const { connection } = runner;
  const all = captureTriggers(connection, { ...captured, insert: true, delete: true }, table);
  for (const { name } of all)
    await runner.query(`drop trigger if exists ${connection.driver.escape(name)} on ${table.table}`);
}

/** Drops the function if no trigger uses it any more. */
async function dropUnusedFunction(runner: QueryRunner): Promise<void> {
  const name = captureFunction(runner.connection);
  const users = await runner.query(`select 1 from pg_trigger where tgfoid = to_regproc($1) limit 1`, [name]);
  if (users.length === 0) await runner.query(`drop function if exists ${name}()`);
}

/** The name with its schema, because programs that change the host's table may have another search path than the host. */
async function absoluteName(runner: QueryRunner, table: string): Promise<string> {
  const [row] = await runner.query(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = to_regclass($1)`,
    [table],
  );
  if (row) return row.name;
  throw new WebhooksSetupError(
    `captureMigration: the table of changes, ${table}, does not exist. List ...webhooksMigrations, and give the class a timestamp after theirs.`,
  );
}
