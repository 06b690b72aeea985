import { Injectable } from '@nestjs/common';
import { WebhookDeliveries } from '../delivery/deliveries.service.js';
import { SubjectReport } from '../relay/subject-report.js';
import { WebhookAccounts } from './accounts.service.js';
import { WebhookEndpoints } from './endpoints.service.js';
import { EventTypes } from './event-types.js';
import { RateLimit } from './rate-limit.js';

/**
 * What the routes call. One dependency, so that a subclass of `WebhooksController` with dependencies of its own has one
 * thing to hand on: `constructor(api: WebhooksApi, private readonly plans: Plans) { super(api) }`.
 */
@Injectable()
export class WebhooksApi {
  constructor(
    readonly endpoints: WebhookEndpoints,
    readonly deliveries: WebhookDeliveries,
    readonly accounts: WebhookAccounts,
    readonly subjects: SubjectReport,
    readonly eventTypes: EventTypes,
    readonly limits: RateLimit,
  ) {}
}
