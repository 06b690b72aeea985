import { DataSource } from 'typeorm';
import { webhooksEntities, webhooksMigrations } from '../../libs/webhooks/src/store/schema/index.js';
import { createDatabase, onServer, type TestDatabase } from './database.js';

/** Advisory lock, held while the template is made, because test files run side by side. */
const LOCK = 4_711;

let template: Promise<string> | null = null;

/**
 * Creates a database in which the module's migrations have run. Copying a template is faster than running the migrations.
 */
export async function createMigratedDatabase(): Promise<TestDatabase> {
  template ??= findTemplate();
  return createDatabase(await template);
}

/** Returns the name of the template. Makes the template if no other test file of this run has made it. */
async function findTemplate(): Promise<string> {
  const name = `template_${process.env.TEST_RUN_ID}`;
  await onServer(async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await makeTemplate(name);
  });
  return name;
}

/** Makes the template under another name and renames it when it is complete. */
async function makeTemplate(name: string): Promise<void> {
  const draft = await createDatabase();
  const dataSource = await new DataSource({
    type: 'postgres',
    url: draft.url,
    entities: [...webhooksEntities],
    migrations: [...webhooksMigrations],
  }).initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
  const made = new URL(draft.url).pathname.slice(1);
  await onServer((client) => client.query(`ALTER DATABASE ${made} RENAME TO ${name}`));
}
