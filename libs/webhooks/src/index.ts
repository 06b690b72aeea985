// Module
export { WebhooksModule } from './webhooks.module.js';
export type { WebhooksModuleAsyncOptions } from './module/module-definition.js';
export { WebhooksService } from './webhooks.service.js';
export type { RunResult } from './engine/run-once.js';
export type { HealthWarning } from './observability/health.js';
export type {
  HealthProblem,
  HealthReport,
  HealthStatus,
  HealthThresholds,
} from './observability/health-report.js';
export type { WebhookStats } from './operator/stats.js';
export type { OutcomeCounts } from './engine/record/outcome-tally.js';
export type { TransportStats } from './http/transport.js';
export type {
  AlertOptions,
  DeliveryOptions,
  EncryptionOptions,
  LimitOptions,
  NetworkOptions,
  RetentionOptions,
  SecurityOptions,
  WebhooksModuleOptions,
  WorkerOptions,
} from './config/options.js';
export type { ObservabilityOptions } from './config/groups/observability-options.js';
export type { GrowingRetries, ListedRetries, RetryPolicy } from './config/retry-policy.js';
export type {
  CompatPlatform,
  RouteDecorator,
  TenantProvider,
  TenantResolver,
  WebhooksModuleStructure,
} from './config/structure-options.js';
export type { Guards } from './config/list-checks.js';
export type { EncryptionKey } from './secrets/key-ring.js';
export type { Lookup } from './http/connections/resolver.js';

// Tables
export { webhooksEntities, webhooksEntitiesWith } from './store/schema/entities.js';
export { webhooksMigrations } from './store/schema/migrations/index.js';
export type {
  BlockedReason,
  DeliveryState,
  EndpointState,
  JobKind,
  JobState,
  PauseScope,
  Ordering,
  Reason,
  StatusClass,
} from './core/states.js';

// Capture
export {
  capture,
  type Capture,
  type CaptureContext,
  type CapturedEvent,
  type CaptureOptions,
} from './capture/definition/capture.js';
export { captureMigration, type CaptureMigrationOptions } from './store/schema/capture/capture-migration.js';

// Events
// Exported as a whole, because a host's declarations merge only with what `export *` exports.
export type * from './events/event-map.js';
export type {
  EventInputOf,
  PublishedEvent,
  WebhookEvent,
  WebhookEventFields,
  WebhookEventInput,
} from './events/event.js';
export type { MessageStatus, WebhookMessage, WebhookOptIn, WebhookPhone } from './events/message.js';
export { messageEvent, optInEvent, phoneEvent, type MessageEventType } from './events/event-builders.js';
export type { Mismatch } from './events/subscription.js';
export { catalogue } from './events/catalogue/catalogue.js';
export type { CatalogueEntry } from './events/catalogue/catalogue-entry.js';
export type { JsonSchema } from './events/catalogue/json-schema.js';
export type { CustomEventType } from './events/catalogue/custom-event-type.js';

// Registration and the delivery log
export { AccountRoutes } from './api/routes/account-routes.js';
export { DeliveryRoutes } from './api/routes/delivery-routes.js';
export { EndpointRoutes } from './api/routes/endpoint-routes.js';
export { EventRoutes } from './api/routes/event-routes.js';
export { WebhooksController } from './api/webhooks.controller.js';
export { WebhooksApi } from './api/webhooks-api.js';
export { Caller, type WebhookCaller } from './api/caller.js';
export { ChangeAccount } from './accounts/change-account.dto.js';
export { RotateSecret } from './accounts/rotate-secret.dto.js';
export { TestEndpoint } from './endpoints/test-endpoint.dto.js';
export { RecoverDeliveries } from './deliveries/recover-deliveries.dto.js';
export {
  ChangeEndpoint,
  RegisterEndpoint,
  type EndpointSettings,
} from './endpoints/register-endpoint.dto.js';
export { WebhookEndpoints } from './endpoints/endpoints.service.js';
export { WebhookAccounts, type WebhookAccount } from './accounts/accounts.service.js';
export type { ErasureOptions, ErasureResult } from './operator/erase-subject.js';
export type { Progress, ProgressOptions } from './operator/progress.js';
export { operatorController, type OperatorControllerOptions } from './module/routes/operator-controller.js';
export type { OperatorPause, PauseTarget } from './operator/pauses.js';
export {
  OperatorDeliveries,
  type FailingEndpoint,
  type OperatorDeliveryFilter,
  type TenantDelivery,
} from './operator/operator-lists.js';
export { WebhookOperator, type TenantEndpoint } from './operator/operator.service.js';
export type { ReencryptionResult } from './secrets/reencrypt-secrets.js';
export type { RegisteredEndpoint, WebhookEndpoint } from './endpoints/endpoint.js';
export type {
  WebhookEndpointStats,
  WebhookFigures,
  WebhookStatsOfHour,
} from './endpoints/figures/endpoint-stats.js';
export { WebhookDeliveries } from './deliveries/deliveries.service.js';
export type { WebhookAttempt, WebhookDelivery } from './deliveries/delivery.js';
export type {
  AttemptRequest,
  WebhookAttemptDetail,
  WebhookDeliveryDetail,
} from './deliveries/delivery-detail.js';
export type { WaitReason } from './deliveries/wait.js';
export type { DeliveryFilter } from './deliveries/delivery-filter.js';
export type { RecoverContext, RecoverResult } from './deliveries/bulk-retry.js';
export type { Page } from './core/page.js';
export { WebhookSubjects, type SubjectQuery } from './deliveries/subjects.service.js';
export type { EventReport, SkippedEndpoint } from './deliveries/event-report.js';
export { WebhookEventLog } from './event-log/event-log.service.js';
export type { EventFilter } from './event-log/event-filter.js';
export type { LoggedEvent, LoggedEventDetail } from './event-log/logged-event.js';
export { ReplayEvents } from './event-log/replay-events.dto.js';
export type { ReplayResult } from './event-log/event-replay.js';
export { WebhookJobs, type JobQuery } from './event-log/jobs.service.js';
export type { WebhookJob } from './event-log/job.js';
export type { EndpointQuery } from './endpoints/list-endpoints.js';
export type { RevealedSecret, RotatedSecret, SecretInfo } from './secrets/secret-info.js';
export type { EventTypeInfo, EventTypeResult } from './endpoints/event-types.js';
export type { ExampleRequest } from './profiles/example-request.js';
export type { TestEventResult } from './endpoints/test-events.js';

// The webhooks page
export { WebhookPortal, type PortalSession } from './portal/sessions/webhook-portal.js';
export type { PortalSessionInput } from './portal/sessions/portal-session.js';
export { InvalidSessionError } from './portal/sessions/session-error.js';
export type {
  PortalBrand,
  PortalOptions,
  PortalScope,
  PortalShow,
  PortalVisitor,
  PortalVisitorResolver,
} from './config/portal-options.js';

// Metrics and traces
export type { DeliveryLabels, LabelledDelivery } from './observability/metrics/webhook-metrics.js';
export type {
  Measure,
  MetricHistogram,
  MetricInstrument,
  MetricLabels,
  MetricsSink,
} from './observability/metrics/metrics-sink.js';
export type {
  TracedAttempt,
  TracedOutcome,
  TracedPublication,
  TraceSink,
} from './observability/tracing/trace-sink.js';

// In-process events
export {
  DeliveryEvents,
  type DeliveryEventMap,
  type DeliveryNotice,
  type EndpointNotice,
} from './observability/delivery-events.js';
export { WebhookAudit, type AuditAction, type AuditEntry } from './observability/audit.js';
export type { CallContext, HostTransaction, ReadContext } from './core/call-context.js';
export type { AlertChannel, WebhookAlert } from './alerts/alert-channel.js';
export type { AlertKind } from './core/states.js';
export { logChannel } from './alerts/channels/log-channel.js';
export { callbackChannel } from './alerts/channels/callback-channel.js';

// Profiles
export type { BodySignatureOptions } from './profiles/body-signature.js';
export type { Profile } from './profiles/profile.js';
export { standard, type StandardOptions } from './profiles/dialects/standard.js';
export {
  standardCloudEvents,
  type StandardCloudEventsOptions,
} from './profiles/dialects/standard-cloudevents.js';
export { msgine, type MsgineOptions } from './profiles/dialects/msgine.js';
export { opensms, type OpensmsOptions } from './profiles/dialects/opensms.js';
export { mysmsgate, type MysmsgateOptions } from './profiles/dialects/mysmsgate.js';
export { mobileTextAlerts, type MobileTextAlertsOptions } from './profiles/dialects/mobile-text-alerts.js';
export { httpsms, type HttpsmsOptions } from './profiles/dialects/httpsms.js';

// Errors
export { WebhooksRequestError, type CallLimit, type ErrorDetail } from './core/request-error.js';
export {
  InvalidEventError,
  InvalidOptionError,
  PlaintextSecretsError,
  TransactionRequiredError,
  WebhooksError,
  WebhooksNotReadyError,
  WebhooksSetupError,
} from './core/errors.js';
export { DatabaseEncodingError, MissingRightsError, type MissingRight } from './core/setup-errors.js';
export { TenantRequiredError } from './core/tenant.js';
export { SecretUnreadableError } from './secrets/secret-box.js';
export { UrlRefusedError, type UrlRefusal } from './http/policy/url-policy.js';
