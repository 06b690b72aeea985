import type { DeliveryState, StatusClass } from '../../core/states.js';

/** A delivery may be older than a delivery with a smaller id, but by less than this time (ms). */
export const MAX_ID_SKEW_MS = 300_000;

/** Which deliveries `searchDeliveries` returns. `undefined`: any. Instants are epoch ms. */
export interface DeliverySearch {
  /** Maximum number of deliveries on a page. The search returns one more if there are more. */
  limit: number;
  /** Only ids below this one. */
  before: string;
  /** Approximate number of rows to read. A search by lane reads at least one page of each lane, even if that is more. */
  scan: number;
  /**
   * Which index finds the candidates: the index of deliveries by id, by event, or by subject. `failed`: the index of failed
   * deliveries by lane. `newest`: the index of all deliveries by lane.
   */
  source: 'delivery' | 'event' | 'subject' | 'failed' | 'newest';
  /** UUID; `null`: all endpoints. */
  endpoint: string | null;
  states?: readonly DeliveryState[];
  /** Type of the event, or its name in the profile's vocabulary. */
  eventType?: string;
  statusClass?: StatusClass;
  /** Status of the last attempt. */
  status?: number;
  /** Id of the delivery. */
  delivery?: string;
  /** UUID of the event. */
  event?: string;
  subject?: string;
  /** Created at this time or later. */
  since?: number;
  /** Created before this time. */
  until?: number;
  test?: boolean;
}

/** How far a search has read. */
export interface ScannedRange {
  /** The search has read all rows down to this id; `null`: it has read all rows that exist. */
  floor: string | null;
  /** Creation time (epoch ms) of the oldest delivery that the search has read; `null`: it has read none. */
  floorCreatedAt: number | null;
}

/** Deliveries of one lane that ended without success. */
export interface FailedSearch {
  laneId: string;
  states: readonly DeliveryState[];
  /** Ended at this time or later (epoch ms). */
  since: number;
  /** Ended before this time (epoch ms). */
  until: number;
  limit: number;
}

/** Deliveries of one lane that failed and wait for their next attempt. Instants are epoch ms. */
export interface WaitingSearch {
  laneId: string;
  /** Their last attempt began at this time or later. */
  since: number;
  /** Their last attempt began before this time. */
  until: number;
  /** Due at this time or later: where a search continues. */
  dueFrom: number;
  limit: number;
}
