import type { ExceptionFilter, Provider, Type } from '@nestjs/common';
import { WebhookAudit } from '../observability/audit.js';
import { WebhookDeliveries } from '../deliveries/deliveries.service.js';
import { AttemptDetails } from '../deliveries/delivery-detail.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { OutcomeWaiter } from '../deliveries/outcome-waiter.js';
import type { CompatPlatform } from '../config/structure-options.js';
import { WebhookSubjects } from '../deliveries/subjects.service.js';
import { SecretReencryption } from '../secrets/reencrypt-secrets.js';
import { WebhookAccounts } from '../accounts/accounts.service.js';
import { TenantAccounts } from '../accounts/tenant-accounts.js';
import { CompatEndpoints } from '../api/compat/compat-endpoints.js';
import { HttpsmsErrors, MobileTextAlertsErrors } from '../api/compat/compat-errors.js';
import { HttpsmsController } from '../api/compat/httpsms.controller.js';
import { MobileTextAlertsController } from '../api/compat/mobile-text-alerts.controller.js';
import { UnlabelledJson } from '../api/compat/unlabelled-json.js';
import { BulkRetry } from '../deliveries/bulk-retry.js';
import { EndpointRegistration } from '../endpoints/endpoint-registration.js';
import { EndpointSecrets } from '../endpoints/endpoint-secrets.js';
import { WebhookEndpoints } from '../endpoints/endpoints.service.js';
import { EventTypeList } from '../endpoints/event-types.js';
import { EventReplay } from '../event-log/event-replay.js';
import { WebhookEventLog } from '../event-log/event-log.service.js';
import { WebhookJobs } from '../event-log/jobs.service.js';
import { OperatorDeliveries } from '../operator/operator-lists.js';
import { OperatorPauses } from '../operator/pauses.js';
import { SubjectErasure } from '../operator/erase-subject.js';
import { WebhookOperator } from '../operator/operator.service.js';
import { IdempotentCalls } from '../api/idempotent-calls.js';
import { RateLimit } from '../api/rate-limit.js';
import { RegistrationCheck } from '../endpoints/registration-check.js';
import { TestEventSender } from '../endpoints/test-events.js';
import { WebhooksApi } from '../api/webhooks-api.js';

/** The providers of registration, of the delivery log, and of the routes. */
export const apiProviders: Provider[] = [
  WebhookAudit,
  AttemptDetails,
  DeliveryLog,
  OutcomeWaiter,
  WebhookDeliveries,
  WebhookSubjects,
  SecretReencryption,
  RegistrationCheck,
  TenantAccounts,
  EndpointSecrets,
  EndpointRegistration,
  BulkRetry,
  TestEventSender,
  WebhookEndpoints,
  WebhookAccounts,
  SubjectErasure,
  OperatorPauses,
  OperatorDeliveries,
  WebhookOperator,
  EventReplay,
  WebhookEventLog,
  WebhookJobs,
  EventTypeList,
  RateLimit,
  IdempotentCalls,
  WebhooksApi,
  CompatEndpoints,
  UnlabelledJson,
];

/** The registration routes of each platform, and the format of its errors. */
export const compatRoutes: Record<
  CompatPlatform,
  { controller: Type<object>; errors: Type<ExceptionFilter> }
> = {
  'mobile-text-alerts': { controller: MobileTextAlertsController, errors: MobileTextAlertsErrors },
  httpsms: { controller: HttpsmsController, errors: HttpsmsErrors },
};
