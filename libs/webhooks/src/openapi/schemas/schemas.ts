import type { JsonSchema } from '../../events/catalogue/json-schema.js';
import { bodies } from './bodies.js';
import { deliverySchemas } from './delivery.js';
import { endpointSchemas } from './endpoint.js';
import { endpointStatsSchemas } from './endpoint-stats.js';
import { errorSchemas } from './error.js';
import { eventLogSchemas } from './event-log.js';
import { eventTypeSchemas } from './event-type.js';
import { nullable, listOf, refTo, text } from './fields.js';

/** One page of a list. */
function page(description: string, item: string): JsonSchema {
  return {
    type: 'object',
    description,
    properties: {
      data: listOf('The items, newest first.', refTo(item)),
      nextCursor: nullable(text('Pass it as `cursor` to get the next page. `null` on the last page.')),
    },
    required: ['data', 'nextCursor'],
  };
}

/** The schemas of the REST API by name. */
export const schemas = {
  ...bodies,
  ...endpointSchemas,
  ...endpointStatsSchemas,
  ...deliverySchemas,
  ...eventTypeSchemas,
  ...eventLogSchemas,
  ...errorSchemas,
  WebhookEndpointPage: page('Webhooks.', 'WebhookEndpoint'),
  WebhookDeliveryPage: page('Deliveries.', 'WebhookDelivery'),
  WebhookEventPage: page('Events.', 'WebhookEvent'),
  WebhookJobPage: page('Jobs.', 'WebhookJob'),
  WebhookEventReportPage: page('Events of a subject, and what became of them.', 'WebhookEventReport'),
};

export type SchemaName = keyof typeof schemas;
