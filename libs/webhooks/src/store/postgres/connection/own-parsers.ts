import type { QueryRunner } from 'typeorm';

/**
 * The `pg` client in TypeORM's PostgreSQL query runner. It takes a statement's text together with the parsers for its
 * rows.
 */
export interface PgClient {
  query(statement: PgStatement): Promise<{ rows: unknown[] }>;
}

/** `name`: prepared under this name. */
export interface PgStatement {
  text: string;
  values?: unknown[];
  name?: string;
}

type Parse = (value: string) => unknown;

const asText: Parse = (value) => value;

/** Parsers by the OID of the type. Values of all other types, also of bigint and numeric, are read as text. No statement returns arrays. */
const PARSERS: Readonly<Record<number, Parse>> = {
  16: (value) => value === 't', // boolean
  21: Number, // smallint
  23: Number, // integer
  700: Number, // real
  701: Number, // double precision
  114: JSON.parse as Parse, // json
  3802: JSON.parse as Parse, // jsonb
};

const types = { getTypeParser: (oid: number): Parse => PARSERS[oid] ?? asText };

/** What `connect()` of a query runner from {@link withOwnParsers} resolves to. */
export interface ParsingClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Runs a statement on `client` and reads its rows with the parsers of this module. */
export function queryParsed(client: PgClient, statement: PgStatement): Promise<{ rows: unknown[] }> {
  return client.query({ ...statement, types } as PgStatement);
}

/**
 * Returns the query runner, in the same transaction, with one difference: the parsers of this module read the rows of its
 * statements. `pg` has one table of parsers for the whole process, and a host may have changed it, for example with
 * `pg.types.setTypeParser(20, BigInt)`.
 *
 * Code that waits for the commit must use `runner` itself: TypeORM reports commits for `runner`, not for the returned
 * runner.
 */
export function withOwnParsers(runner: QueryRunner): QueryRunner {
  const connect = async (): Promise<ParsingClient> => {
    const client = (await runner.connect()) as PgClient;
    return { query: (text, values) => queryParsed(client, { text, values }) };
  };
  // A proxy, not an object that inherits from the runner: V8 would rebuild the runner as a prototype in each transaction,
  // and every later call on it would be slow (50 µs for each publish).
  return new Proxy(runner, {
    get: (target, key) => (key === 'connect' ? connect : Reflect.get(target, key)) as unknown,
  });
}
