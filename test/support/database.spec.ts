import { Client } from 'pg';
import { createDatabase } from './database.js';

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('createDatabase', () => {
  it('gives each caller an empty PostgreSQL database of its own', async () => {
    const [first, second] = await Promise.all([createDatabase(), createDatabase()]);
    await query(first.url, 'CREATE TABLE note (id int)');

    expect(await query(first.url, "SELECT to_regclass('note') IS NOT NULL AS found")).toEqual([
      { found: true },
    ]);
    expect(await query(second.url, "SELECT to_regclass('note') IS NOT NULL AS found")).toEqual([
      { found: false },
    ]);
    await Promise.all([first.drop(), second.drop()]);
  });

  it('drops a database even if a connection to it is open', async () => {
    const database = await createDatabase();
    const forgotten = new Client({ connectionString: database.url });
    forgotten.on('error', () => undefined);
    await forgotten.connect();

    await database.drop();

    await expect(query(database.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
    await forgotten.end();
  });
});
