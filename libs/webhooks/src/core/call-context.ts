import type { EntityManager } from 'typeorm';

/** Optional context of a service call. */
export interface CallContext {
  /** The host's open transaction: the call's writes commit or roll back with it. Default: a transaction of its own. */
  tx?: EntityManager;
  /** Who makes the call, for the audit. */
  actor?: string;
  /** The HTTP request, for the audit. */
  request?: unknown;
}
