import type { StoreTransactions } from '../transactions.js';

/** A committed event without its data. Instants are epoch ms. */
export interface EventRecord {
  /** Larger is later. */
  sequence: string;
  /** UUID. */
  id: string;
  type: string;
  subject: string | null;
  source: string | null;
  callbackUrl: string | null;
  test: boolean;
  occurredAt: number;
  createdAt: number;
  /** All its deliveries exist. */
  isRelayed: boolean;
  /** When its data was erased. */
  erasedAt: number | null;
}

/** The position of one event in a list of events. */
export interface EventPlace {
  createdAt: number;
  sequence: string;
}

/** Which events to read. Instants are epoch ms. */
export interface EventRange {
  /** Published at this time or later. */
  since?: number;
  /** Published before this time. */
  until?: number;
  /** Only events of these types; `undefined`: of all types. */
  types?: readonly string[];
  subject?: string;
}

export interface EventSearch extends EventRange {
  limit: number;
  /** Only older events: those after this position in the list. */
  before?: EventPlace;
  /** Maximum number of rows to read. */
  scan: number;
}

/** Published events as their tenant sees them. Read only. */
export interface EventLogStore extends StoreTransactions {
  /**
   * The newest events first. Reads a limited number of rows, so a page may have fewer than `limit` events although there
   * are more.
   * `next`: where to continue; `null` at the end.
   */
  listTenantEvents(
    tenantId: string,
    search: EventSearch,
  ): Promise<{ events: EventRecord[]; next: EventPlace | null }>;
  /** One event with its data, as JSON text. */
  findEvent(tenantId: string, uuid: string): Promise<(EventRecord & { data: string }) | null>;
}
