import type { components } from '../../generated/openapi.d.ts';

type Schemas = components['schemas'];

export type Endpoint = Schemas['WebhookEndpoint'];
export type Registered = Schemas['WebhookRegistered'];
export type Registration = Schemas['WebhookRegistration'];
export type EndpointChange = Schemas['WebhookChange'];
export type EndpointState = Endpoint['state'];
export type Delivery = Schemas['WebhookDelivery'];
export type DeliveryDetail = Schemas['WebhookDeliveryDetail'];
export type DeliveryState = Delivery['state'];
export type Attempt = Schemas['WebhookAttemptDetail'];
export type EndpointStats = Schemas['WebhookEndpointStats'];
export type EventReport = Schemas['WebhookEventReport'];
export type EventTypeList = Schemas['WebhookEventTypeList'];
export type EventType = Schemas['WebhookEventType'];
export type RecoveryResult = Schemas['WebhookRecoveryResult'];
export type ReplayResult = Schemas['WebhookReplayResult'];
export type Job = Schemas['WebhookJob'];
export type Account = Schemas['WebhookAccount'];
export type ErrorDetail = Schemas['WebhookErrorDetail'];

/** Fields that only some profiles support. */
export type ProfileField =
  'phoneNumbers' | 'alertEmail' | 'sendAlertEmail' | 'skipErrors' | 'skipErrorCodes' | 'retryOnError';

/** Figures of one webhook in the most recent hours. `api/figures` returns the figures of all webhooks at once. */
export interface EndpointFigures {
  endpointId: string;
  hours: { hour: string; delivered: number; failed: number }[];
  delivered: number;
  failed: number;
  successRate: number | null;
  lastDeliveryAt?: string | null;
}
