import type { StoreTransactions } from './transactions.js';

/** The outbox and the relay: published events, and the deliveries that they become. */
export interface OutboxStore extends StoreTransactions {
  /** The data of these events by their sequence; `undefined` if it is not valid JSON. Read only. */
  readEventData(sequences: readonly string[]): Promise<Map<string, unknown>>;
}
