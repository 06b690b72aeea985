import type { EntityManager, QueryRunner } from 'typeorm';

/** The host's open TypeORM transaction. */
export type HostTransaction = EntityManager | QueryRunner;

/** Optional context of a service call that reads. */
export interface ReadContext {
  /** The host's open transaction to read in. Default: another connection, which sees only what has been committed. */
  tx?: HostTransaction;
}

/** Optional context of a service call. */
export interface CallContext {
  /** The host's open transaction, in which the call reads and writes. Default: a transaction of the call's own. */
  tx?: HostTransaction;
  /** Who makes the call, for the audit. */
  actor?: string;
  /** The HTTP request, for the audit. */
  request?: unknown;
}
