import type { HttpsmsController, HttpsmsWebhook } from '../../api/compat/httpsms.controller.js';
import type { JsonSchema } from '../../events/catalogue/json-schema.js';
import { answer, instant, listOf, text } from '../schemas/fields.js';
import type { OperationsOf } from './operation.js';
import { wholeParameter } from './parameters.js';

const webhook = answer<HttpsmsWebhook>('A webhook, as httpSMS describes it.', {
  id: text('Id of the webhook: a UUID.'),
  user_id: text('Id of the account.'),
  url: text('Where requests go.'),
  signing_key: text('The signing key. Empty: requests are not signed.'),
  phone_numbers: listOf('Numbers of the account whose events the webhook gets.', { type: 'string' }),
  events: listOf('Event names of httpSMS.', { type: 'string' }),
  created_at: instant('When it was registered.'),
  updated_at: instant('When it was last changed.'),
});

function success(data: JsonSchema): JsonSchema {
  const status = { type: 'string', enum: ['success'] };
  const properties = { status, message: text('A sentence for people.'), data };
  return { type: 'object', properties, required: ['status', 'message', 'data'] };
}

const errorSchema: JsonSchema = {
  type: 'object',
  properties: {
    status: { type: 'string', enum: ['error'] },
    message: text('A sentence for people.'),
    data: {
      type: 'object',
      description: 'What is wrong, by field.',
      additionalProperties: { type: 'array', items: { type: 'string' } },
    },
  },
  required: ['status', 'message'],
};

const body = {
  isRequired: true,
  schema: {
    type: 'object',
    properties: {
      url: text('Where requests go. A URL without a scheme gets `https://`.'),
      signing_key: { type: ['string', 'null'], description: 'Default: requests are not signed.' },
      phone_numbers: listOf(
        'Numbers of the account whose events the webhook gets.',
        { type: 'string' },
        { minItems: 1 },
      ),
      events: listOf('Event names of httpSMS.', { type: 'string' }, { minItems: 1 }),
    },
    required: ['url', 'phone_numbers', 'events'],
  },
} as const;

const refusals = ['refused', 'event_taken'] as const;

/** Invalid fields, and events that another webhook has, give a 422, and too many webhooks give a 402. */
const errors = {
  errorSchema,
  errorStatus: { invalid_request: 422, event_taken: 422, endpoint_limit: 402 },
} as const;

export const httpsmsOperations: OperationsOf<HttpsmsController> = {
  list: {
    summary: 'List webhooks, as httpSMS does',
    query: {
      skip: wholeParameter('Number of webhooks to skip.', 0, 1_000_000, { default: 0 }),
      limit: wholeParameter('Maximum number of webhooks to list.', 1, 100, { default: 20 }),
      query: {
        schema: { type: 'string', maxLength: 100 },
        description: 'Only webhooks whose URL contains this text.',
      },
    },
    answer: success({ type: 'array', items: webhook }),
    answerText: 'The webhooks.',
    errors: ['invalid_request'],
    ...errors,
  },
  create: {
    summary: 'Register a webhook, as with httpSMS',
    body,
    answer: success(webhook),
    answerText: 'The webhook.',
    errors: [...refusals, 'endpoint_limit', 'too_many_requests'],
    ...errors,
  },
  replace: {
    summary: 'Replace a webhook, as with httpSMS',
    body,
    answer: success(webhook),
    answerText: 'The webhook.',
    errors: [...refusals, 'endpoint_not_found', 'too_many_secrets'],
    ...errors,
  },
  delete: {
    summary: 'Delete a webhook, as with httpSMS',
    answer: success({ type: 'null' }),
    answerText: 'It is deleted.',
    errors: ['endpoint_not_found'],
    ...errors,
  },
};
