import { WebhooksNotReadyError, WebhooksSetupError } from '../../../core/errors.js';
import { DatabaseEncodingError } from '../../../core/setup-errors.js';
import { publishFunctionName, publishFunctionSignature } from '../../schema/publish/publish-function.js';
import { type Tables, tableMetadata } from '../../schema/tables.js';
import { withConnection } from '../connection/guarded-connection.js';
import { withOwnParsers } from '../connection/own-parsers.js';
import type { Session } from '../connection/session.js';
import { hasPendingMigrations } from './pending-migrations.js';

/** Bypasses the session, which refuses statements while tables are missing. */
export async function checkEncoding({ dataSource, timeoutMs }: Session): Promise<void> {
  const [row] = await withConnection(
    dataSource,
    timeoutMs,
    (runner) =>
      withOwnParsers(runner).query(
        `select current_database()::text as database, current_setting('server_encoding') as encoding`,
      ) as Promise<{ database: string; encoding: string }[]>,
  );
  const { database, encoding } = row!;
  if (encoding !== 'UTF8') throw new DatabaseEncodingError(database, encoding);
}

/**
 * Checks the tables and their columns. The session then refuses all statements in two cases: no table exists yet, or
 * something is missing and the data source lists migrations that were not run yet.
 */
export function checkTables(session: Session): Promise<void> {
  return withConnection(session.dataSource, session.timeoutMs, async (runner) => {
    const parsed = withOwnParsers(runner);
    const query: Query = (sql, parameters) => parsed.query(sql, parameters);
    try {
      await findProblem(session, query);
      session.found.publishFunction = await findPublishFunction(session, query);
      session.refusal = null;
    } catch (error) {
      const { message } = error as Error;
      const isNew = error instanceof WebhooksNotReadyError;
      const willChange =
        error instanceof WebhooksSetupError && (await hasPendingMigrations(session.dataSource, query));
      if (!isNew && !willChange) throw error;
      session.refusal = isNew ? error : new WebhooksNotReadyError(message, { cause: error });
      throw session.refusal;
    }
  });
}

type Query = (sql: string, parameters?: unknown[]) => Promise<unknown[]>;

async function findProblem({ tables, dataSource }: Session, query: Query): Promise<void> {
  const all = Object.entries(tables) as [keyof Tables, string][];
  const missing = (await query(
    'select name from unnest($1::text[]) with ordinality as t(name, i) where to_regclass(name) is null order by i',
    [all.map(([, table]) => table)],
  )) as { name: string }[];
  const [first] = missing;
  if (first) {
    const [name] = all.find(([, table]) => table === first.name)!;
    const problem = problemOf(name, first.name, 'does not exist');
    throw missing.length === all.length
      ? new WebhooksNotReadyError(problem)
      : new WebhooksSetupError(problem);
  }
  const columns = all.flatMap(([name, table]) =>
    tableMetadata(dataSource, name).columns.map(({ databaseName }) => ({
      name,
      table,
      column: databaseName,
    })),
  );
  const [lacking] = (await query(
    `select i::int from unnest($1::text[], $2::text[]) with ordinality as c(relation, attribute, i)
      where not exists (
        select 1 from pg_attribute
         where attrelid = to_regclass(relation) and attname = attribute and attnum > 0 and not attisdropped)
      order by i limit 1`,
    [columns.map(({ table }) => table), columns.map(({ column }) => column)],
  )) as { i: number }[];
  if (!lacking) return;
  const { name, table, column } = columns[lacking.i - 1]!;
  const problem = `is of an earlier version of this module (it has no column "${column}")`;
  throw new WebhooksSetupError(problemOf(name, table, problem));
}

/** `null`: this role may not call the function, or `synchronize` has created the tables, without a function. */
async function findPublishFunction({ tables }: Session, query: Query): Promise<string | null> {
  const [found] = await query(
    `select from to_regprocedure($1) as f where f is not null and has_function_privilege(f, 'execute')`,
    [publishFunctionSignature(tables)],
  );
  return found ? publishFunctionName(tables) : null;
}

export async function checkIsolation(session: Session): Promise<void> {
  const [row] = await session.query<{ level: string }>(
    `select current_setting('default_transaction_isolation') as level`,
  );
  // TypeORM 1 uses `isolationLevel` for each transaction that names no level.
  const { isolationLevel } = session.dataSource.options as { isolationLevel?: string };
  session.setsIsolation = row!.level !== 'read committed' || isolationLevel !== undefined;
}

function problemOf(name: string, table: string, problem: string): string {
  return `The table of webhook ${name}, ${table}, ${problem}: add \`migrations: [...webhooksMigrations]\` to the data source and run the migrations before the app starts (or set \`migrationsRun: true\`).`;
}
