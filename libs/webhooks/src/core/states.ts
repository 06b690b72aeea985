/** A delivery is in exactly one of these states. The last three are terminal. */
export const DELIVERY_STATES = ['pending', 'sending', 'delivered', 'exhausted', 'discarded'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** `paused` by its owner: the backlog waits. `disabled` by the module or the operator: the backlog is discarded. */
export const ENDPOINT_STATES = ['active', 'paused', 'disabled'] as const;
export type EndpointState = (typeof ENDPOINT_STATES)[number];

/** `open`: deliveries are sent. `paused`: they wait. `closed`: the backlog is discarded in batches. */
export type LaneState = 'open' | 'paused' | 'closed';

/**
 * Order of a subject's deliveries within a lane. `relaxed`: each delivery waits for the first attempts of the earlier ones.
 * `strict`: each delivery waits until the earlier ones have ended. `none`: no order.
 */
export const ORDERINGS = ['relaxed', 'strict', 'none'] as const;
export type Ordering = (typeof ORDERINGS)[number];

/** Why nothing can be sent to an endpoint until its row is repaired. Due deliveries wait, without using up attempts. */
export type BlockedReason =
  'endpoint-unreadable' | 'headers-unreadable' | 'secret-unreadable' | 'secret-missing';

/** Why a delivery ended without success or cannot be sent yet, or why an endpoint was disabled. */
export type Reason =
  | BlockedReason
  | 'retries-used-up'
  | 'not-retryable'
  | 'ignored'
  | 'cancelled'
  | 'endpoint-disabled'
  | 'endpoint-deleted'
  | 'endpoint-gone'
  | 'endpoint-failing'
  | 'url-refused'
  | 'render-failed'
  | 'profile-cannot-express'
  | 'claims-used-up'
  | 'backlog-full'
  | 'erased'
  | 'operator';

/** What an operator's pause covers. */
export type PauseScope = 'endpoint' | 'tenant' | 'origin' | 'all';

/** What a job does. `replay`: creates deliveries of past events. */
export type JobKind = 'replay';

/** A job is in exactly one of these states. The last three are terminal. */
export const JOB_STATES = ['pending', 'running', 'done', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** Class of the last attempt's status; `none`: no response, or no attempt yet. */
export const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'none'] as const;
export type StatusClass = (typeof STATUS_CLASSES)[number];

/** What an endpoint's owner is alerted about. `alerts.summary`: what was not mailed on a day with too many alerts. */
export type AlertKind =
  | 'endpoint.failing'
  | 'endpoint.will_be_disabled'
  | 'endpoint.disabled'
  | 'endpoint.backlog_filling'
  | 'endpoint.recovered'
  | 'delivery.exhausted'
  | 'delivery.failed'
  | 'alerts.summary';
