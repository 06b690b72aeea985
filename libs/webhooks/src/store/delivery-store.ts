import type { DeliveryState, EndpointState, LaneState, Reason } from '../core/states.js';
import type {
  DeliverySearch,
  FailedSearch,
  ScannedRange,
  WaitingSearch,
} from './searches/delivery-search.js';
import type { StoreTransactions } from './transactions.js';

/** A delivery with its last attempt, its event and its endpoint. Instants are epoch ms. */
export interface DeliveryRecord {
  id: string;
  /** The database's time when the delivery was read. */
  now: number;
  state: DeliveryState;
  reason: Reason | null;
  wireType: string;
  /** When it may be sent: at this time it is due and its lane is not on hold. */
  nextAt: number | null;
  /** Number of attempts, including those before a manual retry. Also the number of the last attempt. */
  attempts: number;
  createdAt: number;
  finishedAt: number | null;
  /** When the last attempt began. */
  attemptAt: number | null;
  durationMs: number | null;
  status: number | null;
  error: string | null;
  response: string | null;
  /** UUID; `null`: a callback. */
  endpointId: string | null;
  /** URL of the callback, or current URL of the endpoint. */
  url: string | null;
  laneState: LaneState;
  /** End of the pause that the receiver has asked for. */
  laneHoldUntil: number | null;
  /** The lane is failing (see `FAILING_AFTER`), so only one worker at a time sends the lane's deliveries. */
  isLaneFailing: boolean;
  /** The lane has `maxInFlight` requests in flight. */
  isLaneFull: boolean;
  /** When `maxThroughputPerMinute` allows the lane's next request; `null`: the lane has no such limit. */
  laneRateUntil: number | null;
  /** If subject order holds back this delivery although it is due: the id of the delivery that it waits for. */
  heldBy: string | null;
  eventId: string;
  eventSequence: string;
  eventType: string;
  subject: string | null;
  occurredAt: number;
  test: boolean;
  /** When its body and responses were erased. */
  erasedAt: number | null;
}

/** A delivery with the data from which its requests can be derived. */
export interface DeliveryDetailRecord extends DeliveryRecord {
  body: string;
  /** Headers of the response to the last attempt, and the attempt's number, as JSON; `null`: none are kept. */
  responseHeaders: string | null;
  /** Name of the profile; `null`: the endpoint's row has been deleted. */
  profile: string | null;
  /** Custom headers of the endpoint, sealed. */
  customHeaders: string | null;
  /** The endpoint has no secret of its own. */
  isWithoutSecret: boolean;
}

/** An attempt. The row of a delivery holds its last attempt; earlier attempts are in another table. */
export interface AttemptRecord {
  number: number;
  startedAt: number;
  durationMs: number | null;
  status: number | null;
  error: string | null;
  response: string | null;
  /** Headers of a failed response and the attempt's number, as JSON; `null`: none are kept. */
  responseHeaders: string | null;
}

/** A delivery that is locked, with its lane, until the transaction ends. */
export interface LockedDelivery {
  id: string;
  laneId: string;
  laneState: LaneState;
  state: DeliveryState;
  reason: Reason | null;
  /** Its body has been erased. */
  isErased: boolean;
}

/** An event of a subject. Instants are epoch ms. */
export interface SubjectEvent {
  /** Larger is later. */
  sequence: string;
  /** UUID. */
  id: string;
  tenantId: string;
  type: string;
  subject: string | null;
  occurredAt: number;
  createdAt: number;
  source: string | null;
  /** Parsed; `undefined` if the row contains invalid JSON. */
  data: unknown;
  callbackUrl: string | null;
  test: boolean;
  /** UUID of the one endpoint that a test event is for. */
  endpointId: string | null;
}

/** Which events {@link DeliveryStore.listSubjectEvents} returns. */
export interface SubjectEventPage {
  limit: number;
  /** Only sequences below this one. */
  before?: string;
  /** Maximum size of the events' data, in total. The first event is returned whatever its size. */
  maxDataBytes: number;
}

/** The fields that decide whether an endpoint gets an event, and the fields by which its owner knows the endpoint. */
export interface SubscriberRecord {
  /** UUID. */
  id: string;
  url: string;
  description: string | null;
  profile: string;
  /** Names and patterns in the profile's vocabulary. Empty for a deleted endpoint. */
  events: readonly string[];
  /** `null`: all numbers, or a deleted endpoint. */
  phoneNumbers: readonly string[] | null;
  state: EndpointState;
  stateReason: string | null;
  createdAt: number;
  deletedAt: number | null;
}

export interface Subscribers {
  /** Oldest first. */
  endpoints: SubscriberRecord[];
  /** There may be more. */
  hasMore: boolean;
}

/** The log of deliveries, and the calls to retry, cancel and recover them. All methods are about one tenant. */
export interface DeliveryStore extends StoreTransactions {
  /**
   * Newest first. Reads a limited number of rows, so a page may be short or empty although there are more deliveries below
   * `floor`.
   */
  searchDeliveries(
    tenantId: string,
    search: DeliverySearch,
  ): Promise<{ deliveries: DeliveryRecord[]; scanned: ScannedRange }>;
  /** One delivery with its body, or `null`. */
  findDelivery(tenantId: string, id: string): Promise<DeliveryDetailRecord | null>;
  /** The attempts before the last one, oldest first. */
  listAttempts(deliveryId: string): Promise<AttemptRecord[]>;
  /**
   * The deliveries of these events, in the order of `sequences`. The deliveries of one event are in order of age, the
   * oldest first. At most `perEvent` deliveries for each event, and at most `total` deliveries for all events together.
   */
  listDeliveriesOfEvents(
    tenantId: string,
    sequences: readonly string[],
    limits: { perEvent: number; total: number },
  ): Promise<DeliveryRecord[]>;
  /** The ids of one event's deliveries, oldest first. */
  listDeliveryIdsOfEvent(tenantId: string, eventUuid: string): Promise<string[]>;
  /** Whether the tenant has this endpoint (UUID), or had it within retention. */
  hasLane(tenantId: string, endpointId: string): Promise<boolean>;

  /**
   * In `tx`: locks a delivery and then its lane, in the same order as recording an outcome. `null`: there is no such
   * delivery.
   */
  lockDelivery(tenantId: string, id: string): Promise<LockedDelivery | null>;
  /**
   * In `tx`: makes deliveries of one lane due now. Finished deliveries begin their schedule anew, and waiting ones
   * continue their schedule. In both cases the numbers of attempts continue. A paused lane does not become due. Any other
   * lane becomes due at once, or as soon as its hold and a worker's exclusive claim have ended.
   * The commit wakes this process's worker. Deliveries that are being sent, or whose body is erased, stay as they are.
   */
  requeueDeliveries(laneId: string, ids: readonly string[]): Promise<void>;
  /** In `tx`: discards a locked delivery if it is waiting. Repeatable. */
  cancelDelivery(id: string): Promise<void>;

  /** The lane of an endpoint (UUID), and the database's time (epoch ms). `null`: there is no such lane. */
  findLane(
    tenantId: string,
    endpointId: string,
  ): Promise<{ id: string; state: LaneState; now: number } | null>;
  /**
   * In `tx`: locks deliveries that ended without success and returns their ids, earliest end first. Skips test deliveries,
   * deliveries that others have locked, cancelled ones, ones with the reason `ignored`, and ones without a body.
   */
  lockFailedDeliveries(search: FailedSearch): Promise<string[]>;
  /** Counts, up to `limit`, the deliveries that {@link lockFailedDeliveries} would find if none were locked. */
  countFailedDeliveries(search: FailedSearch): Promise<number>;
  /**
   * In `tx`: locks deliveries that wait for their next attempt, and returns them, earliest due first. Skips test
   * deliveries, deliveries that others have locked, ones that are due already, and ones without an attempt.
   */
  lockWaitingDeliveries(search: WaitingSearch): Promise<{ id: string; nextAt: number }[]>;
  /** Counts, up to `limit`, the deliveries that {@link lockWaitingDeliveries} would find if none were locked. */
  countWaitingDeliveries(search: WaitingSearch): Promise<number>;

  /** The newest events of a subject. */
  listSubjectEvents(
    tenantId: string,
    subject: string,
    page: SubjectEventPage,
  ): Promise<{ events: SubjectEvent[]; hasMore: boolean }>;
  /** Which of these events are not relayed yet. */
  listUnrelayed(sequences: readonly string[]): Promise<Set<string>>;
  /**
   * The tenant's live endpoints, and the deleted endpoints that existed between `from` and `to` (epoch ms). Returns only
   * the newest of each kind, so that the list fits into a response.
   */
  listSubscribers(tenantId: string, range: { from: number; to: number }): Promise<Subscribers>;
}
