import type { Type } from '@nestjs/common';
import { HttpsmsController } from '../../api/compat/httpsms.controller.js';
import { MobileTextAlertsController } from '../../api/compat/mobile-text-alerts.controller.js';
import { WebhooksController } from '../../api/webhooks.controller.js';
import { accountOperations } from './account-operations.js';
import { deliveryOperations } from './delivery-operations.js';
import { endpointOperations } from './endpoint-operations.js';
import { eventOperations } from './event-operations.js';
import { httpsmsOperations } from './httpsms-operations.js';
import { mobileTextAlertsOperations } from './mobile-text-alerts-operations.js';
import type { Operation, OperationsOf } from './operation.js';

const webhooks: OperationsOf<WebhooksController> = {
  ...accountOperations,
  ...deliveryOperations,
  ...endpointOperations,
  ...eventOperations,
};

interface DescribedController {
  controller: Type<object>;
  /** Prefix of the operations' ids. */
  idPrefix: string;
  operations: Readonly<Record<string, Operation>>;
}

const CONTROLLERS: readonly DescribedController[] = [
  { controller: WebhooksController, idPrefix: 'webhooks', operations: webhooks },
  { controller: HttpsmsController as Type<object>, idPrefix: 'httpsms', operations: httpsmsOperations },
  {
    controller: MobileTextAlertsController as Type<object>,
    idPrefix: 'mobileTextAlerts',
    operations: mobileTextAlertsOperations,
  },
];

/** Returns the description of a controller, or of the class that it extends. `null`: the controller is the host's own. */
export function describedController(controller: Type<object>): DescribedController | null {
  return (
    CONTROLLERS.find(({ controller: each }) => controller === each || controller.prototype instanceof each) ??
    null
  );
}
