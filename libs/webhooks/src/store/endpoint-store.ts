import type { EndpointState, LaneState, Ordering } from '../core/states.js';
import type { StoredSecret } from './stored-secret.js';
import type { StoreTransactions } from './transactions.js';

/** Whose endpoints: one tenant's or, for the operator, those of all tenants. */
export type EndpointScope = { tenantId: string } | 'operator';

/** A registered URL with its lane. Instants are epoch ms. */
export interface EndpointRecord {
  /** UUID. */
  id: string;
  tenantId: string;
  url: string;
  events: string[];
  profile: string;
  description: string | null;
  /** Custom headers as a JSON record, sealed like a secret because they may hold credentials. */
  headers: string | null;
  /** Newest first. */
  secrets: StoredSecret[];
  /** `null`: all numbers. */
  phoneNumbers: string[] | null;
  timeoutMs: number | null;
  alertEmail: string | null;
  sendAlertEmail: boolean;
  skipErrors: boolean;
  skipErrorCodes: string[];
  retryOnError: boolean;
  /** The tenant's own id for the endpoint, unique among the tenant's endpoints. */
  uid: string | null;
  /** The tenant's own values. */
  metadata: Record<string, string> | null;
  state: EndpointState;
  stateReason: string | null;
  stateAt: number;
  createdAt: number;
  updatedAt: number;
  lane: EndpointLane;
}

/** The columns of an endpoint's lane, without the counts that workers keep in it. */
export interface EndpointLane {
  /** Also the endpoint's public number. */
  id: string;
  state: LaneState;
  ordering: Ordering;
  /** When a worker should claim from the lane; `null`: never. */
  nextDueAt: number | null;
  /** Nothing is claimed before this time, because the receiver asked for a pause. */
  holdUntil: number | null;
  maxInFlight: number | null;
  maxThroughputPerMinute: number | null;
  failures: number;
  failingSince: number | null;
  /** Until this time, only one worker may claim from the lane, because the lane is failing. */
  claimedUntil: number | null;
}

/** A new endpoint. */
export type NewEndpoint = Omit<EndpointRecord, 'stateReason' | 'lane'>;
/** The lane of a new endpoint. */
export type NewEndpointLane = Pick<
  EndpointLane,
  'state' | 'ordering' | 'maxInFlight' | 'maxThroughputPerMinute'
>;

/**
 * Fields to change. `deletedAt` deletes the endpoint: its row stays for at least an hour, and as long as deliveries are
 * left.
 */
export type EndpointChanges = Partial<
  Omit<EndpointRecord, 'id' | 'tenantId' | 'lane'> & { deletedAt: number }
>;
export type EndpointLaneChanges = Partial<Omit<EndpointLane, 'id'>>;

/** A page of endpoints, newest first. */
export interface EndpointPage {
  limit: number;
  /** The last endpoint of the previous page. */
  after?: { createdAt: number; id: string };
  state?: EndpointState;
  profile?: string;
  uid?: string;
}

/** Fields of an endpoint. New and changed endpoints of the same tenant are checked against these fields. */
export type EndpointSummary = Pick<EndpointRecord, 'id' | 'profile' | 'events' | 'uid'>;

/**
 * Endpoints, without deleted ones. Every method takes a tenant or the operator's scope, and throws
 * {@link TenantRequiredError} for an invalid tenant id.
 */
export interface EndpointStore extends StoreTransactions {
  findEndpoint(scope: EndpointScope, id: string): Promise<EndpointRecord | null>;
  /** Finds an endpoint by its public number. */
  findEndpointByNumber(scope: EndpointScope, publicNo: number): Promise<EndpointRecord | null>;
  /** Newest first. Returns one more than `limit` if there are more. */
  listEndpoints(scope: EndpointScope, page: EndpointPage): Promise<EndpointRecord[]>;
  /** All endpoints of a tenant. */
  summarizeEndpoints(tenantId: string): Promise<EndpointSummary[]>;
  /** When the tenant's `n`-th newest endpoint was registered, deleted ones included. `null`: there are fewer endpoints. */
  findRegistrationTime(tenantId: string, n: number): Promise<number | null>;
  /** In `tx`: locks an endpoint until `tx` ends. Returns the database's time, or `null` if there is no such endpoint. */
  lockEndpoint(scope: EndpointScope, id: string): Promise<number | null>;
  /** In `tx`: writes an endpoint and its lane. */
  insertEndpoint(endpoint: NewEndpoint, lane: NewEndpointLane): Promise<void>;
  /**
   * In `tx`: changes an endpoint and its lane. Repeated calls are harmless. If the change makes the lane due, the
   * workers of this process check for work when `tx` commits.
   */
  updateEndpoint(
    endpoint: Pick<EndpointRecord, 'id' | 'tenantId'>,
    changes: EndpointChanges,
    laneChanges?: EndpointLaneChanges,
  ): Promise<void>;
}
