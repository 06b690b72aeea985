import { WebhooksSetupError } from '../../../core/errors.js';
import { type Tables, tableMetadata } from '../../schema/tables.js';
import type { Session } from '../connection/session.js';

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';

export async function checkTables(session: Session): Promise<void> {
  for (const [name, table] of Object.entries(session.tables) as [keyof Tables, string][]) {
    const { columns } = tableMetadata(session.dataSource, name);
    const list = columns.map(({ databaseName }) => `"${databaseName}"`).join(', ');
    try {
      await session.query(`select ${list} from ${table} limit 0`);
    } catch (error) {
      throw toSetupError(error as Error & { code?: string }, name, table);
    }
  }
}

export async function checkIsolation(session: Session): Promise<void> {
  const [row] = await session.query<{ level: string }>(
    `select current_setting('default_transaction_isolation') as level`,
  );
  // TypeORM 1 begins each transaction that names no level with this one.
  const { isolationLevel } = session.dataSource.options as { isolationLevel?: string };
  session.setsIsolation = row!.level !== 'read committed' || isolationLevel !== undefined;
}

function toSetupError(error: Error & { code?: string }, name: string, table: string): Error {
  const { code, message } = error;
  if (code !== UNDEFINED_TABLE && code !== UNDEFINED_COLUMN) return error;
  const problem =
    code === UNDEFINED_TABLE ? 'does not exist' : `is of an earlier version of this module (${message})`;
  return new WebhooksSetupError(
    `The table of webhook ${name}, ${table}, ${problem}: add \`migrations: [...webhooksMigrations]\` to the data source and run the migrations before the app starts (or set \`migrationsRun: true\`).`,
    { cause: error },
  );
}
