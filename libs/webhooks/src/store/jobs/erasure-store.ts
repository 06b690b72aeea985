import type { RetentionBatch } from '../maintenance-store.js';
import type { StoreTransactions } from '../transactions.js';

/** Deliveries that ended long ago. */
export interface OldDeliveries {
  /** Minimum time since their end (ms). */
  keepMs: number;
  /** Only ids after this one. */
  after: string;
  limit: number;
  /** Only deliveries whose body is not erased. */
  withBody: boolean;
}

/** The result of one batch of an erasure. */
export interface ErasedBatch {
  /** Events whose data was erased. */
  events: number;
  /** Deliveries whose body and responses were erased. */
  deliveries: number;
  /** How many of these deliveries were waiting, and are now discarded. */
  discarded: number;
  /** Deliveries that a worker is sending. They keep their body until they have an outcome. */
  inFlight: number;
  /** The next batch continues after this sequence; `null`: there is no next batch. */
  next: string | null;
}

/**
 * Erases the content of events and deliveries, and keeps the records. Each method that erases takes one batch and may be
 * repeated.
 */
export interface ErasureStore extends StoreTransactions {
  /** Counts the subject's events that are not erased, up to `limit`. */
  countSubjectEvents(tenantId: string, subject: string, limit: number): Promise<number>;
  /**
   * Erases a batch of the subject's events after `after` (a sequence), with their deliveries. Events that wait for the
   * relay get no deliveries. Waiting deliveries are discarded for the reason `erased`.
   */
  eraseSubject(tenantId: string, subject: string, after: string): Promise<ErasedBatch>;
  /**
   * Takes a batch of deliveries with ids after `after`. Erases the bodies and responses of those that ended more than
   * `keepMs` ago.
   */
  eraseOldDeliveries(keepMs: number, after: string): Promise<RetentionBatch>;
  /**
   * Takes a batch of events with sequences after `after`. Erases the data of relayed events that were published more than
   * `keepMs` ago and whose deliveries have all ended.
   */
  eraseOldEvents(keepMs: number, after: string): Promise<RetentionBatch>;
  /** Counts old deliveries, up to `limit`. */
  countOldDeliveries(which: OldDeliveries): Promise<number>;
}
