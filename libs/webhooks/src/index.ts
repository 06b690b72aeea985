// Module
export { WebhooksModule } from './webhooks.module.js';
export { WebhooksService } from './webhooks.service.js';
export type { RunCounts } from './run-once.js';
export type { HealthWarning } from './delivery/health.js';
export type { WebhookStatsSnapshot } from './delivery/stats.js';
export type {
  EncryptionKey,
  RetryPolicy,
  TenantProvider,
  TenantResolver,
  WebhooksModuleOptions,
  WebhooksModuleStructure,
} from './options.js';
export type { Lookup } from './http/resolver.js';

// Tables
export { webhooksEntities, webhooksEntitiesWith } from './model/entities.js';
export { webhooksMigrations } from './database/migrations/index.js';
export { CreateWebhooks1763600000000 } from './database/migrations/1763600000000-create-webhooks.js';
export { WebhookAccountRow } from './model/account.entity.js';
export { WebhookAlertRow } from './model/alert.entity.js';
export { WebhookAttemptRow } from './model/attempt.entity.js';
export { WebhookDeliveryRow } from './model/delivery.entity.js';
export { WebhookEndpointRow, type StoredSecret } from './model/endpoint.entity.js';
export { WebhookEventRow } from './model/event.entity.js';
export { WebhookLaneRow } from './model/lane.entity.js';
export { WebhookLeaseRow } from './model/lease.entity.js';
export { WebhookUnrelayedRow } from './model/unrelayed.entity.js';
export type { DeliveryState, EndpointState, LaneState, Ordering, Reason } from './model/states.js';

// Events
export type {
  PublishedEvent,
  WebhookEvent,
  WebhookEventFields,
  WebhookEventInput,
  WebhookEventMap,
  WebhookEventType,
} from './model/event.js';
export type { MessageStatus, WebhookMessage, WebhookOptIn, WebhookPhone } from './model/message.js';
export { messageEvent, optInEvent, phoneEvent } from './model/event-input.js';
export { catalogue, type CatalogueEntry } from './model/catalogue.js';
export type { JsonSchema } from './model/json-schema.js';
export type { OwnEventType } from './own-event-types.js';

// Registration and the delivery log
export { WebhooksController } from './endpoints/webhooks.controller.js';
export { WebhooksApi } from './endpoints/webhooks-api.js';
export { Caller, type WebhookCaller } from './endpoints/caller.js';
export { MobileTextAlertsController } from './endpoints/compat/mobile-text-alerts.controller.js';
export { HttpsmsController } from './endpoints/compat/httpsms.controller.js';
export { ChangeAccount, RecoverEndpoint, RotateSecret, TestEndpoint } from './endpoints/dto/action.dto.js';
export { ChangeEndpoint, RegisterEndpoint } from './endpoints/dto/endpoint.dto.js';
export { WebhookEndpoints } from './endpoints/endpoints.service.js';
export { WebhookAccounts, type WebhookAccount } from './endpoints/accounts.service.js';
export { WebhookOperator, type TenantEndpoint } from './endpoints/operator.service.js';
export type { Reencryption } from './signing/stored-keys.js';
export type { RegisteredEndpoint, SecretInfo, WebhookEndpoint } from './endpoints/endpoint.js';
export { WebhookDeliveries } from './delivery/deliveries.service.js';
export type { WebhookAttempt, WebhookDelivery, WebhookDeliveryDetail } from './delivery/delivery.js';
export type { DeliveryFilter } from './delivery/delivery-filter.js';
export type { Recovery } from './delivery/recovery.js';
export type { Page } from './model/page.js';
export { SubjectReport, type EventReport, type SkippedEndpoint } from './relay/subject-report.js';
export type { EndpointList } from './endpoints/endpoint-list.js';
export type { RevealedSecret, RotatedSecret } from './endpoints/endpoint-secrets.js';
export type { EventTypeInfo } from './endpoints/event-types.js';
export type { SentTest } from './endpoints/test-events.js';

// In-process events
export {
  DeliveryEvents,
  type DeliveryEventMap,
  type DeliveryNotice,
  type EndpointNotice,
} from './delivery/delivery-events.js';
export { WebhookAudit, type AuditAction, type AuditEntry } from './audit.js';
export type { CallContext } from './call-context.js';
export type { AlertChannel, AlertKind, WebhookAlert } from './alerts/alert-channel.js';
export { logChannel } from './alerts/log-channel.js';
export { callbackChannel } from './alerts/callback-channel.js';

// Profiles
export {
  defineProfile,
  type AlertRules,
  type AttemptOutcome,
  type FailureVerdict,
  type Profile,
  type ProfileEndpoint,
  type ProfileField,
  type RegistrationRules,
  type SecretRules,
  type SigningInput,
  type WireEvent,
} from './profiles/profile.js';
export { standard, type StandardOptions } from './profiles/standard.js';
export { standardCloudEvents, type StandardCloudEventsOptions } from './profiles/standard-cloudevents.js';
export { msgine, type MsgineOptions } from './profiles/msgine.js';
export { opensms, type OpensmsOptions } from './profiles/opensms.js';
export { mysmsgate, type MysmsgateOptions } from './profiles/mysmsgate.js';
export { mobileTextAlerts, type MobileTextAlertsOptions } from './profiles/mobile-text-alerts.js';
export { httpsms, type HttpsmsOptions } from './profiles/httpsms.js';
export { renderByType, wireEvent } from './profiles/renderer.js';
export { bodySignature } from './profiles/body-signature.js';
export { textSecret } from './profiles/text-secret.js';
export { plainRegistration } from './profiles/registration.js';
export { platformPolicy } from './profiles/platform-policy.js';
export { messageOf, optInOf, phoneOf, EventDataError } from './profiles/event-data.js';

// Ids and errors
export { WebhooksRequestError, type ErrorDetail } from './request-error.js';
export { decodeId, encodeId } from './model/ids.js';
export {
  InvalidEventError,
  InvalidOptionError,
  TransactionRequiredError,
  WebhooksError,
  WebhooksSetupError,
} from './errors.js';
export { TenantRequiredError } from './model/tenant.js';
export { SecretUnreadableError } from './signing/secret-box.js';
export { UrlRefusedError } from './http/url-policy.js';
