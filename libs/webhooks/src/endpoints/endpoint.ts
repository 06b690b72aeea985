import { formatInstant } from '../core/instants.js';
import type { WebhookEndpointRow } from '../store/schema/endpoint.entity.js';
import { encodeId } from '../core/ids.js';
import type { WebhookLaneRow } from '../store/schema/lane.entity.js';
import type { EndpointState, Ordering, Reason } from '../core/states.js';
import { type SecretInfo, toSecretInfo } from '../secrets/secret-info.js';

/** A registered URL as its owner sees it: no secret, no header value. Instants are RFC 3339 in UTC. */
export interface WebhookEndpoint {
  /** `wh_…` */
  id: string;
  /** A small number of its own, for platforms whose ids are integers. */
  publicNo: number;
  url: string;
  events: string[];
  profile: string;
  description: string | null;
  /** Names of the custom headers; their values are not shown again. `null`: they cannot be read any more. */
  headerNames: string[] | null;
  /** `null`: all numbers. */
  phoneNumbers: string[] | null;
  maxThroughputPerMinute: number | null;
  maxInFlight: number | null;
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
  /** Its signing secrets without their values, newest first; empty: unsigned, or signed with the account's. */
  secrets: SecretInfo[];
  createdAt: string;
  updatedAt: string;
}

/** What registering answers: the endpoint and, this once, its secret. */
export interface RegisteredEndpoint extends WebhookEndpoint {
  /** `null`: unsigned. Left out: it is signed with the account's secret. */
  secret?: string | null;
}

/** An endpoint's row with its lane. */
export type EndpointRecord = WebhookEndpointRow & { lane: WebhookLaneRow };

/** @param headerNames names of the custom headers, which are sealed in the row */
export function toEndpoint(row: EndpointRecord, headerNames: string[] | null): WebhookEndpoint {
  const { lane } = row;
  return {
    id: encodeId('wh', row.id),
    publicNo: Number(lane.id),
    url: row.url,
    events: row.events,
    profile: row.profile,
    description: row.description,
    headerNames,
    phoneNumbers: row.phoneNumbers,
    maxThroughputPerMinute: lane.maxThroughputPerMinute,
    maxInFlight: lane.maxInFlight,
    timeoutMs: row.timeoutMs,
    ordering: lane.ordering,
    alertEmail: row.alertEmail,
    sendAlertEmail: row.sendAlertEmail,
    skipErrors: row.skipErrors,
    skipErrorCodes: row.skipErrorCodes,
    retryOnError: row.retryOnError,
    state: row.state,
    stateReason: row.stateReason as Reason | null,
    stateAt: formatInstant(row.stateAt),
    failingSince: formatInstant(lane.failingSince),
    secrets: toSecretInfo(row.secrets),
    createdAt: formatInstant(row.createdAt),
    updatedAt: formatInstant(row.updatedAt),
  };
}
