import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/**
 * A database of a test file. A test connects to `url`. At the end of the test file, `drop()` deletes the database, even if
 * connections are open.
 */
export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/**
 * Creates a copy of `template` on the server of this run. Each test file has its own copy, so test files can run in
 * parallel.
 */
export async function createDatabase(template = 'template1'): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(async (client) => {
    // If the files of the `npm test` server are in memory, the server has this setting, and a copy with `file_copy` takes
    // a third of the time.
    const { rows } = await client.query(
      "SELECT current_setting('file_copy_method', true) = 'clone' AS clones",
    );
    const strategy = rows[0].clones ? 'STRATEGY file_copy' : '';
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} ${strategy}`);
  });
  return {
    url: urlOf(name),
    drop: () => onServer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

/** The URL of a database on the server of this run. */
function urlOf(name: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs `work` on a connection to the server of this run. */
export async function onServer(work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env.TEST_SERVER_URL;
  if (!url) throw new Error('No PostgreSQL: run the tests with `npm test`, whose set-up starts one.');
  return url;
}
