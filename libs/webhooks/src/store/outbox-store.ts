import type { LaneState, Ordering, Reason } from '../core/states.js';
import type { PublishedEvent, WebhookEvent } from '../events/event.js';
import type { StoreTransactions } from './transactions.js';

/** The outbox and the relay: published events, and the deliveries that they become. */
export interface OutboxStore extends StoreTransactions {
  /**
   * In `tx`: writes events for the relay and returns their ids in the same order. The events exist if and only if `tx` commits;
   * the commit wakes this process's worker. An event whose idempotency key is known is not written: its result holds the id of
   * the first event with that key. A second call writes the events again, except those with a key. `traceparent`: the trace
   * context in which the events are published.
   */
  insertEvents(events: readonly NewEvent[], traceparent?: string | null): Promise<PublishedEvent[]>;
  /**
   * In `tx`: locks up to `limit` unrelayed events until `tx` ends. Skips events that another worker has locked. The
   * events of a subject are in order. An event is left out if an earlier event of its subject is unrelayed and is not
   * returned. The total size of the events' data is limited: the oldest event always fits, and small events are chosen
   * before large ones.
   */
  claimEvents(limit: number): Promise<ClaimedEvents>;
  /** In `tx`: the lanes of these tenants' active and paused endpoints. Read only. */
  readDestinationsOfTenants(tenantIds: readonly string[]): Promise<DestinationRecord[]>;
  /** The destinations of these lanes, whatever the lanes' state. Lanes that no longer exist are left out. Read only. */
  readDestinationsOfLanes(laneIds: readonly string[]): Promise<DestinationRecord[]>;
  /**
   * In `tx`: the lanes of these callbacks, created if missing. None of them is deleted before `tx` ends. A second call
   * returns the same lanes.
   */
  ensureCallbackLanes(callbacks: readonly CallbackOrigin[]): Promise<DestinationRecord[]>;
  /**
   * In `tx`: inserts deliveries, marks as relayed the events whose sequences are in `relayed`, and makes due every lane
   * in which deliveries now wait. Returns the deliveries that are now leased under `leaseId`: those with `isDirect` set,
   * unless an earlier delivery of their subject holds them back or the lease has expired. All of it commits together.
   */
  insertDeliveries(
    deliveries: readonly DeliveryToInsert[],
    relayed: readonly string[],
    leaseId: string,
  ): Promise<HandedOverDelivery[]>;
  /**
   * The unrelayed events with the destinations of their tenants, if the events are few, small and without callbacks: see
   * {@link FewEvents}. Returns `null` if single statements do not run at READ COMMITTED: then only `claimEvents` can be
   * used. Read only; locks nothing.
   */
  readFewEvents(): Promise<FewEvents | null>;
  /**
   * Relays events that {@link readFewEvents} returned, with the effects of `claimEvents` and `insertDeliveries`. Leaves out
   * events that are relayed already, whose destinations have changed, or whose subject has an earlier unrelayed event that
   * this call does not relay. `deliveries` contains the deliveries of all `events`.
   */
  relayFewEvents(
    events: readonly VersionedEvent[],
    deliveries: readonly DeliveryToInsert[],
    leaseId: string,
  ): Promise<RelayedEvents>;
  /** The data of these events by their sequence; `undefined` if it is not valid JSON. Read only. */
  readEventData(sequences: readonly string[]): Promise<Map<string, unknown>>;
  /**
   * Committed events with a larger sequence than `after`, oldest first. If `type` is set, only events of this type. For hosts'
   * tests: it may read the whole table.
   */
  listEvents(after: string, type?: string): Promise<StoredEvent[]>;
  /** The largest sequence of a committed event; `'0'` if there is none. */
  readLastSequence(): Promise<string>;
}

/** A published event: checked, serialized, not written yet. */
export interface NewEvent {
  uuid: string;
  tenantId: string;
  type: string;
  subject: string | null;
  /** Epoch milliseconds; `null`: now, on the database's clock. */
  occurredAt: number | null;
  source: string | null;
  /** JSON text. */
  data: string;
  callbackUrl: string | null;
  idempotencyKey: string | null;
  test: boolean;
  /** Of a test event: UUID of the one endpoint it is for. */
  endpointId: string | null;
}

/** A published event as it was written, in a transaction that may not have committed yet. */
export interface WrittenEvent extends NewEvent {
  sequence: string;
  /** Epoch milliseconds. */
  occurredAt: number;
  /** Epoch milliseconds. */
  createdAt: number;
  /** The trace context that it is published in. */
  traceparent: string | null;
}

/** A committed event that the relay's transaction has locked. */
export interface ClaimedEvent extends WebhookEvent {
  /** Of a test event: UUID of the one endpoint it is for. */
  endpointId: string | null;
  /** The trace context that it was published in. */
  traceparent: string | null;
  /** Its subject has earlier events, or it is not known whether there are any. */
  followsEarlier: boolean;
  /** Its data is longer than `LARGE_BODY_BYTES`. */
  isLarge: boolean;
  /** Its data is not valid JSON, because the row was changed by hand. */
  isDamaged: boolean;
}

export interface ClaimedEvents {
  events: ClaimedEvent[];
  /** A limit was reached: there may be more. */
  isFull: boolean;
}

/** The part of an event that {@link OutboxStore.relayFewEvents} checks. */
export interface VersionedEvent extends Pick<ClaimedEvent, 'sequence' | 'tenantId' | 'subject'> {
  /** Version of its tenant's destinations. Changes when one of these destinations changes. */
  version: string;
}

export interface FewEvents {
  /** Oldest first. */
  events: (ClaimedEvent & VersionedEvent)[];
  /** Active and paused endpoints of their tenants. */
  destinations: DestinationRecord[];
  /**
   * The lists hold all unrelayed events. `false`: both lists are empty, because there are too many unrelayed events, or
   * because some of them can be taken only by `claimEvents`.
   */
  isWhole: boolean;
}

export interface RelayedEvents {
  /** Sequences of the events that are relayed now. */
  relayed: string[];
  /** Deliveries that are now leased. */
  handedOver: HandedOverDelivery[];
  /** Some deliveries wait in their lanes. */
  hasWaiting: boolean;
}

/** A delivery as `insertDeliveries` needs it. */
export interface DeliveryToInsert {
  event: Pick<ClaimedEvent, 'sequence' | 'tenantId' | 'subject' | 'followsEarlier'>;
  destination: {
    laneId: string;
    /** `null`: a callback, which keeps the profile that its body was rendered in. */
    endpointId: string | null;
    ordering: Ordering;
    profile: { name: string };
  };
  wireType: string;
  body: string;
  callbackUrl: string | null;
  /** If set, the delivery is inserted as discarded for this reason. */
  reason: Reason | null;
  /** May be leased at once instead of waiting in its lane. */
  isDirect: boolean;
}

/** A delivery that was leased when it was inserted. */
export interface HandedOverDelivery {
  id: string;
  /** Its index in the list of deliveries that the caller passed. */
  index: number;
}

/** A lane of callbacks: one for each tenant and origin. */
export interface CallbackOrigin {
  tenantId: string;
  /** `https://host:port` */
  origin: string;
}

/**
 * A lane with its endpoint and its tenant's account, as they are now. JSON columns stay text, because one damaged row must
 * not stop the rows that are read with it.
 */
export interface DestinationRecord {
  laneId: string;
  tenantId: string;
  laneState: LaneState;
  ordering: Ordering;
  /** Has an exact limit of rate or of requests in flight. */
  hasLimits: boolean;
  /** No failure since the last success, and not on hold. */
  isHealthy: boolean;
  /** Has deliveries that are due. */
  hasBacklog: boolean;
  /** UUID; `null`: a lane of callbacks, and all columns of the endpoint are `null`. */
  endpointId: string | null;
  /** Origin of a lane of callbacks. */
  origin: string | null;
  url: string | null;
  profile: string | null;
  /** JSON: list of patterns. */
  events: string | null;
  /** JSON: sealed headers. */
  headers: string | null;
  /** JSON: list of sealed secrets. */
  secrets: string | null;
  /** JSON: list of numbers. */
  phoneNumbers: string | null;
  timeoutMs: number | null;
  skipErrors: boolean | null;
  /** JSON: list of codes. */
  skipErrorCodes: string | null;
  retryOnError: boolean | null;
  sendAlertEmail: boolean | null;
  /** When the endpoint was registered (epoch milliseconds). */
  createdAt: number | null;
  /** JSON: list of sealed secrets; `null`: there is no account yet. */
  accountSecrets: string | null;
  accountProfile: string | null;
}

/** An event as {@link OutboxStore.listEvents} returns it. */
export interface StoredEvent {
  uuid: string;
  type: string;
  tenantId: string;
  subject: string | null;
  /** JSON text. */
  data: string;
}
