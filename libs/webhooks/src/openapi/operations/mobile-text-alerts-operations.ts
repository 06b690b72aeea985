import type {
  MobileTextAlertsController,
  MobileTextAlertsWebhook,
} from '../../api/compat/mobile-text-alerts.controller.js';
import type { JsonSchema } from '../../events/catalogue/json-schema.js';
import { answer, flag, instant, listOf, nullable, text, whole } from '../schemas/fields.js';
import type { OperationsOf } from './operation.js';
import { wholeParameter } from './parameters.js';

const webhook = answer<MobileTextAlertsWebhook>('A webhook, as Mobile Text Alerts describes it.', {
  id: whole('Id of the webhook.'),
  event: text('Event name of Mobile Text Alerts.'),
  url: text('Where requests go.'),
  alertEmail: nullable(text('Address for mail about the webhook.')),
  sendAlertEmail: flag('Also send mail about failed requests.'),
  skipErrors: flag('An error response ends the delivery.'),
  skipErrorCodes: listOf('Status codes of error responses that end the delivery.', { type: 'string' }),
  retryOnError: flag('`false`: one attempt only.'),
  maxThroughputPerMinute: nullable(whole('Requests a minute. `null`: no limit.')),
  createdAt: instant('When it was registered.'),
});

function success(data: JsonSchema): JsonSchema {
  const properties = { message: text('A sentence for people.'), data };
  return { type: 'object', properties, required: ['message', 'data'] };
}

const list: JsonSchema = {
  type: 'object',
  properties: {
    page: whole('Number of the page, from 0.'),
    pageSize: whole('Webhooks per page.'),
    total: whole('Number of all webhooks.'),
    rows: { type: 'array', items: webhook },
  },
  required: ['page', 'pageSize', 'total', 'rows'],
};

const errorSchema: JsonSchema = {
  type: 'object',
  properties: {
    httpCode: whole('The HTTP status.'),
    message: text('A sentence for people.'),
    timestamp: instant('When it happened.'),
    type: text('Stable, for programs.'),
    name: text('Such as `BadRequestError`.'),
    requestId: text('The id to ask support about: a UUID.'),
  },
  required: ['httpCode', 'message', 'timestamp', 'type', 'name', 'requestId'],
};

const properties = {
  event: text('Event name of Mobile Text Alerts.'),
  url: text('Where requests go.'),
  secret: text('Signs the requests.'),
  alertEmail: { type: ['string', 'null'], description: 'Address for mail about the webhook.' },
  sendAlertEmail: flag('Also send mail about failed requests.'),
  skipErrors: flag('An error response ends the delivery.'),
  skipErrorCodes: listOf('Status codes of error responses that end the delivery.', { type: 'string' }),
  retryOnError: flag('`false`: one attempt only.'),
  maxThroughputPerMinute: { type: ['integer', 'null'], description: 'Requests a minute.' },
};

const refusals = ['refused', 'event_taken'] as const;

/** In these operations, the error `refused` has the status 400 instead of the usual 422. */
const errors = { errorSchema, errorStatus: { refused: 400 } } as const;

export const mobileTextAlertsOperations: OperationsOf<MobileTextAlertsController> = {
  create: {
    summary: 'Register a webhook, as with Mobile Text Alerts',
    body: {
      isRequired: true,
      schema: { type: 'object', properties, required: ['event', 'url', 'secret'] },
    },
    answer: success(webhook),
    answerText: 'The webhook.',
    errors: [...refusals, 'endpoint_limit', 'too_many_requests'],
    ...errors,
  },
  list: {
    summary: 'List webhooks, as Mobile Text Alerts does',
    query: {
      page: wholeParameter('Number of the page, from 0.', 0, 1_000_000, { default: 0 }),
      pageSize: wholeParameter('Webhooks per page.', 1, 100, { default: 25 }),
    },
    answer: success(list),
    answerText: 'The webhooks.',
    errors: ['invalid_request'],
    ...errors,
  },
  update: {
    summary: 'Change a webhook, as with Mobile Text Alerts',
    body: { schema: { type: 'object', properties } },
    answer: success(webhook),
    answerText: 'The webhook.',
    errors: [...refusals, 'endpoint_not_found', 'too_many_secrets', 'secret_unreadable'],
    ...errors,
  },
  delete: {
    summary: 'Delete a webhook, as with Mobile Text Alerts',
    answer: {
      type: 'object',
      properties: { message: text('A sentence for people.') },
      required: ['message'],
    },
    answerText: 'It is deleted.',
    errors: ['endpoint_not_found'],
    ...errors,
  },
};
