import type { Provider, Type } from '@nestjs/common';
import { WebhookAudit } from '../audit.js';
import { WebhookDeliveries } from '../delivery/deliveries.service.js';
import { DeliveryLog } from '../delivery/delivery-log.js';
import { DeliveryWatch } from '../delivery/delivery-watch.js';
import { InvalidOptionError } from '../errors.js';
import type { WebhooksModuleStructure } from '../options.js';
import { SubjectReport } from '../relay/subject-report.js';
import { StoredKeys } from '../signing/stored-keys.js';
import { WebhookAccounts } from './accounts.service.js';
import { CompatEndpoints } from './compat/compat-endpoints.js';
import { HttpsmsController } from './compat/httpsms.controller.js';
import { MobileTextAlertsController } from './compat/mobile-text-alerts.controller.js';
import { EndpointRecovery } from './endpoint-recovery.js';
import { EndpointRegistration } from './endpoint-registration.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { EndpointStore } from './endpoint-store.js';
import { WebhookEndpoints } from './endpoints.service.js';
import { EventTypes } from './event-types.js';
import { WebhookOperator } from './operator.service.js';
import { RateLimit } from './rate-limit.js';
import { RegistrationCheck } from './registration-check.js';
import { TestEvents } from './test-events.js';
import { WebhooksApi } from './webhooks-api.js';

/** Registration, the delivery log and what the routes need. They stand on the foundation, `CommitWake` and `DeliveryEvents`. */
export const endpointsProviders: Provider[] = [
  WebhookAudit,
  DeliveryLog,
  DeliveryWatch,
  WebhookDeliveries,
  SubjectReport,
  StoredKeys,
  RegistrationCheck,
  EndpointStore,
  EndpointSecrets,
  EndpointRegistration,
  EndpointRecovery,
  TestEvents,
  WebhookEndpoints,
  WebhookAccounts,
  WebhookOperator,
  EventTypes,
  RateLimit,
  WebhooksApi,
  CompatEndpoints,
];

const COMPAT: Record<NonNullable<WebhooksModuleStructure['compat']>[number], Type<object>> = {
  'mobile-text-alerts': MobileTextAlertsController,
  httpsms: HttpsmsController,
};

/** The registration routes of the platforms named in `compat`. Throws {@link InvalidOptionError} for a name that is none. */
export function compatControllers(compat: NonNullable<WebhooksModuleStructure['compat']>): Type<object>[] {
  return compat.map((name) => {
    if (Object.hasOwn(COMPAT, name)) return COMPAT[name];
    throw new InvalidOptionError('compat', name, `use ${Object.keys(COMPAT).join(' or ')}`);
  });
}
