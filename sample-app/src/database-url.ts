import { Client } from 'pg';

/** Throws a sentence naming DATABASE_URL if no PostgreSQL answers there: TypeORM would try again and again first. */
export async function requireDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (error) {
    const causes = error instanceof AggregateError ? (error.errors as Error[]) : [error as Error];
    throw new Error(
      `DATABASE_URL cannot be used: ${causes[0]?.message}. Start that PostgreSQL, or leave DATABASE_URL out to have one started here.`,
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The URL as it may be printed. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL';
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}
