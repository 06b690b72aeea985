import { encodeId } from '../core/ids.js';
import { formatInstant } from '../core/instants.js';
import type { EndpointState, Ordering, Reason } from '../core/states.js';
import { type SecretInfo, toSecretInfo } from '../secrets/secret-info.js';
import type { EndpointRecord } from '../store/endpoint-store.js';

/** A registered URL as its owner sees it: no secret, no header value. Instants are RFC 3339 in UTC. */
export interface WebhookEndpoint {
  /** `wh_…` */
  id: string;
  /** A second id, a small number, for platforms whose ids are integers. */
  publicNo: number;
  url: string;
  events: string[];
  profile: string;
  description: string | null;
  /** The customer's own id. */
  uid: string | null;
  /** The customer's own values. */
  metadata: Record<string, string>;
  /** Names of the custom headers; their values are never shown again. `null`: the headers cannot be read any more. */
  headerNames: string[] | null;
  /** `null`: all numbers. */
  phoneNumbers: string[] | null;
  /** Requests per minute. `null`: no limit. */
  maxThroughputPerMinute: number | null;
  /** Requests at the same time, over all workers. `null`: the limit of each worker applies. */
  maxInFlight: number | null;
  /** `null`: the profile's. */
  timeoutMs: number | null;
  ordering: Ordering;
  alertEmail: string | null;
  sendAlertEmail: boolean;
  skipErrors: boolean;
  skipErrorCodes: string[];
  retryOnError: boolean;
  state: EndpointState;
  /** Why it is disabled. */
  stateReason: Reason | null;
  /** Since when it is in this state. */
  stateAt: string;
  /** Since when no request has succeeded; `null`: it does not fail. */
  failingSince: string | null;
  /** Its signing secrets without their values, newest first; empty: unsigned, or signed with the account's secret. */
  secrets: SecretInfo[];
  createdAt: string;
  updatedAt: string;
}

/** What registering returns: the endpoint and its secret. */
export interface RegisteredEndpoint extends WebhookEndpoint {
  /** `null`: unsigned. Left out: it is signed with the account's secret. */
  secret?: string | null;
}

/** @param headerNames names of the custom headers, which are sealed in the record */
export function toEndpoint(record: EndpointRecord, headerNames: string[] | null): WebhookEndpoint {
  const { lane } = record;
  return {
    id: encodeId('wh', record.id),
    publicNo: Number(lane.id),
    url: record.url,
    events: record.events,
    profile: record.profile,
    description: record.description,
    uid: record.uid,
    metadata: record.metadata ?? {},
    headerNames,
    phoneNumbers: record.phoneNumbers,
    maxThroughputPerMinute: lane.maxThroughputPerMinute,
    maxInFlight: lane.maxInFlight,
    timeoutMs: record.timeoutMs,
    ordering: lane.ordering,
    alertEmail: record.alertEmail,
    sendAlertEmail: record.sendAlertEmail,
    skipErrors: record.skipErrors,
    skipErrorCodes: record.skipErrorCodes,
    retryOnError: record.retryOnError,
    state: record.state,
    stateReason: record.stateReason as Reason | null,
    stateAt: formatInstant(record.stateAt),
    failingSince: formatInstant(lane.failingSince),
    secrets: toSecretInfo(record.secrets),
    createdAt: formatInstant(record.createdAt),
    updatedAt: formatInstant(record.updatedAt),
  };
}
