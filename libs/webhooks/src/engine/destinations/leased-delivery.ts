import type { Destination } from './destination.js';

/** A delivery that this worker has leased, with everything that is needed to send it and to record its outcome. */
export interface LeasedDelivery {
  id: string;
  leaseId: string;
  destination: Destination;
  /** The callback's URL; `null` for an endpoint's delivery. */
  callbackUrl: string | null;
  wireType: string;
  body: string;
  eventUuid: string;
  sequence: string;
  eventType: string;
  subject: string | null;
  test: boolean;
  /** The trace context in which its event was published. */
  traceparent: string | null;
  /** When (epoch ms on the database's clock) its event was published; `null`: a replay has created the delivery. */
  publishedAt: number | null;
  /** Attempts made so far. */
  attempts: number;
  /** Attempts before the last manual retry: the schedule starts over after them. */
  attemptsBefore: number;
  /** Claims without an outcome, this one included. */
  claims: number;
  /** When (epoch ms on the database's clock) the last attempt began. */
  attemptAt: number | null;
  /** It counts towards its lane's limit of deliveries in flight. */
  isCounted: boolean;
  /** Its lane is failing, and only this worker may claim from that lane. */
  isExclusive: boolean;
}

/** Scheme, host and port of the URL that the delivery goes to. */
export function originOf(delivery: LeasedDelivery): string {
  const url = delivery.callbackUrl ?? delivery.destination.url ?? '';
  const end = url.indexOf('/', 8);
  return end < 0 ? url : url.slice(0, end);
}
