import type { StoredSecret } from './stored-secret.js';
import type { StoreTransactions } from './transactions.js';

/** A sealed secret, or an endpoint's sealed headers. */
export interface SealedSample {
  /** Id of the key that seals the value; `plain`: the value is stored unencrypted. */
  keyId: string;
  tenantId: string;
  /** UUID; `null` for a secret of the account. */
  endpointId: string | null;
  sealed: string;
}

/** Tables that hold sealed secrets. */
export type SealedTable = 'endpoints' | 'accounts';

/** The sealed columns of an endpoint or account. */
export interface SealedColumns {
  secrets: StoredSecret[];
  /** `null` for an account, and for an endpoint without headers. */
  headers: string | null;
}

export interface SealedRow {
  /** Key of the row. */
  key: string;
  tenantId: string;
  /** UUID; `null` for an account. */
  endpointId: string | null;
  /** `null` if the column contains invalid JSON. */
  secrets: StoredSecret[] | null;
  headers: string | null;
  /** The database's time (epoch ms). */
  now: number;
}

/** How many endpoints and accounts use a profile. */
export interface ProfileUse {
  profile: string;
  endpoints: number;
  accounts: number;
}

/** The state of the queue. Numbers of rows are counted up to 10,000, except `leases`. */
export interface QueueFigures {
  /** Events that wait for the relay. */
  unrelayed: number;
  /** Lanes that are due. */
  dueLanes: number;
  /** Deliveries that are due. */
  due: number;
  /** Age (ms) of the oldest due delivery or unrelayed event; 0: there is none. */
  lagMs: number;
  /**
   * How long (ms) the oldest unrelayed event, or the lane that has been due longest, has waited for a worker; 0: nothing
   * waits. Endpoints that are slow, fail or have limits do not raise this time: their lanes get later due times.
   */
  waitMs: number;
  /** Leases of all workers. */
  leases: number;
}

/** Conditions that make a queue in this database slow. */
export interface DatabaseHealth {
  /** Dead and live rows in the hot tables. */
  deadRows: number;
  liveRows: number;
  /** Name of the largest hot table, for a warning. */
  table: string;
  /** Age of the oldest open transaction (ms). */
  oldestTransactionMs: number;
  /** Age of the oldest unrelayed event (ms). */
  relayLagMs: number;
  /**
   * Whether a worker holds a lease. An idle worker holds none. While events stay unrelayed, `false` means that no worker runs,
   * because a running worker would relay them.
   */
  hasWorkers: boolean;
}

/** What a process does: `worker` delivers, `api` only publishes and serves the routes. */
export type ProcessRole = 'api' | 'worker';

/** The checks when a process starts, and the figures for operators. */
export interface SetupStore extends StoreTransactions {
  /**
   * Keeps the process alive if the server closes a connection of the host's pool. Returns a function that ends this
   * protection.
   */
  guardConnections(): () => void;
  /** Throws {@link DatabaseEncodingError} if the database cannot store every text. */
  checkEncoding(): Promise<void>;
  /**
   * Throws {@link MissingRightsError} if the database user lacks rights that a process with this `role` needs. Does not
   * check tables that do not exist.
   */
  checkRights(role: ProcessRole): Promise<void>;
  /**
   * Throws {@link WebhooksSetupError} if a table or a column is missing. The error names the table and says what to do.
   * Throws {@link WebhooksNotReadyError} instead in two cases: all tables are missing, or the data source lists
   * migrations of this module that were not run and may add what is missing. After a `WebhooksNotReadyError`, every method
   * that reads or writes the tables throws it too, until the check passes.
   */
  checkTables(): Promise<void>;
  /**
   * Finds out whether transactions must name READ COMMITTED: they must if the server or the data source has another default
   * isolation level.
   */
  checkIsolation(): Promise<void>;
  /**
   * For each encryption key, up to `perKey` live secrets and headers. Columns and values that cannot be read are left out.
   */
  sampleSealedValues(perKey: number): Promise<SealedSample[]>;
  /** Numbers of endpoints and accounts whose live secrets or headers are stored unencrypted. */
  countPlaintextRows(): Promise<{ endpoints: number; accounts: number }>;
  /** The use of each profile that is not in `known`, in order of name. Deleted endpoints do not count. */
  countUnknownProfiles(known: readonly string[]): Promise<ProfileUse[]>;
  /** Number of endpoints (deleted ones included) plus number of accounts, each counted up to `limit`. */
  countSealedRows(limit: number): Promise<number>;
  /**
   * In `tx`: locks and returns up to `limit` rows in the order of their keys. The first key follows `after`; `null` starts at
   * the first row.
   */
  lockSealedRows(table: SealedTable, after: string | null, limit: number): Promise<SealedRow[]>;
  /** In `tx`: writes the sealed columns of one row. */
  updateSealedRow(table: SealedTable, key: string, columns: SealedColumns): Promise<void>;
  readQueueFigures(): Promise<QueueFigures>;
  /** `null` if the database keeps no statistics about these conditions. */
  readDatabaseHealth(): Promise<DatabaseHealth | null>;
}
