import { Inject, Injectable } from '@nestjs/common';
import { STRUCTURE, type WebhooksModuleStructure } from '../config/structure-options.js';
import { WebhookDeliveries } from '../deliveries/deliveries.service.js';
import { WebhookSubjects } from '../deliveries/subjects.service.js';
import { WebhookAccounts } from '../accounts/accounts.service.js';
import { WebhookEndpoints } from '../endpoints/endpoints.service.js';
import { EventTypeList } from '../endpoints/event-types.js';
import { WebhookEventLog } from '../event-log/event-log.service.js';
import { WebhookJobs } from '../event-log/jobs.service.js';
import { QueryReader } from './query-reader.js';
import { RateLimit } from './rate-limit.js';

/**
 * The services that the routes call, as one dependency. A subclass of `WebhooksController` may have more dependencies, and
 * passes only `api` to `super`: `constructor(api: WebhooksApi, private readonly plans: Plans) { super(api) }`.
 */
@Injectable()
export class WebhooksApi {
  /** @internal The module constructs this class. */
  constructor(
    readonly endpoints: WebhookEndpoints,
    readonly deliveries: WebhookDeliveries,
    readonly accounts: WebhookAccounts,
    readonly subjects: WebhookSubjects,
    readonly eventLog: WebhookEventLog,
    readonly jobs: WebhookJobs,
    /** @internal */
    readonly eventTypes: EventTypeList,
    /** @internal */
    readonly limits: RateLimit,
    @Inject(STRUCTURE) private readonly structure: WebhooksModuleStructure,
  ) {}

  /** Reads the query string of a request. @internal */
  query(values: Record<string, unknown>): QueryReader {
    return new QueryReader(values, this.structure.ignoredQueryParameters);
  }
}
