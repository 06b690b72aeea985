import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** An empty database of its own: `url` to connect to it, `drop()` when the file is done, open connections or not. */
export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A fresh database on the server of this run, so that test files can run side by side. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function onServer(sql: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env.TEST_SERVER_URL;
  if (!url) throw new Error('No PostgreSQL: run the tests with `npm test`, whose set-up starts one.');
  return url;
}
