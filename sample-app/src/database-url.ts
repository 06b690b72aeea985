import { Client } from 'pg';

/** Throws if PostgreSQL cannot be reached at `url`. TypeORM would retry several times first. */
export async function requireDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (error) {
    const causes = error instanceof AggregateError ? (error.errors as Error[]) : [error as Error];
    throw new Error(
      `DATABASE_URL cannot be used: ${causes[0]?.message}. Start that PostgreSQL, or unset DATABASE_URL to start one here.`,
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Returns the URL without its password, for logs. For a text that is not a URL, returns the word `DATABASE_URL`. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL';
  const shown = new URL(url);
  shown.password = '';
  shown.searchParams.delete('password');
  return shown.href;
}
