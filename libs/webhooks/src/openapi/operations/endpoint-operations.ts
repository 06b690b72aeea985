import type { DeliveryRoutes } from '../../api/routes/delivery-routes.js';
import type { EndpointRoutes } from '../../api/routes/endpoint-routes.js';
import { MAX_TEST_WAIT_MS } from '../../endpoints/test-events.js';
import type { OperationsOf } from './operation.js';
import { endpointFilters, pageParameters, profileParameter, wholeParameter } from './parameters.js';

export const endpointOperations: Omit<OperationsOf<EndpointRoutes>, keyof DeliveryRoutes> = {
  create: {
    summary: 'Register a webhook',
    body: { schema: 'WebhookRegistration', isRequired: true },
    answer: 'WebhookRegistered',
    answerText: 'The webhook, with its secret.',
    errors: ['refused', 'endpoint_limit', 'event_taken', 'uid_taken', 'too_many_requests'],
  },
  list: {
    summary: 'List webhooks',
    query: { ...endpointFilters, ...pageParameters },
    answer: 'WebhookEndpointPage',
    answerText: 'A page of webhooks.',
    errors: ['invalid_request'],
  },
  eventTypes: {
    summary: 'List event types',
    query: {
      profile: profileParameter(
        "Profile of the example requests. Default: that of the account's new webhooks.",
      ),
    },
    answer: 'WebhookEventTypeList',
    answerText: 'All event types.',
    errors: ['invalid_request'],
  },
  get: {
    summary: 'Get a webhook',
    answer: 'WebhookEndpoint',
    answerText: 'The webhook.',
    errors: ['endpoint_not_found'],
  },
  stats: {
    summary: 'Get the figures of a webhook',
    description: 'The figures of the last 24 hours, by hour. Updated once a minute.',
    answer: 'WebhookEndpointStats',
    answerText: 'The figures.',
    errors: ['endpoint_not_found'],
  },
  update: {
    summary: 'Change a webhook',
    body: { schema: 'WebhookChange' },
    answer: 'WebhookEndpoint',
    answerText: 'The webhook.',
    errors: [
      'endpoint_not_found',
      'refused',
      'event_taken',
      'uid_taken',
      'profile_missing',
      'endpoint_disabled',
      'disabled_by_operator',
      'too_many_secrets',
      'secret_unreadable',
    ],
  },
  delete: {
    summary: 'Delete a webhook',
    description: 'Its waiting deliveries are discarded. All its deliveries stay in the log.',
    answer: null,
    answerText: 'It is deleted.',
    errors: ['endpoint_not_found'],
  },
  pause: {
    summary: 'Pause a webhook',
    description: 'Its deliveries wait until it is resumed.',
    answer: 'WebhookEndpoint',
    answerText: 'The webhook.',
    errors: ['endpoint_not_found', 'endpoint_disabled'],
  },
  resume: {
    summary: 'Resume a webhook that is paused or disabled',
    answer: 'WebhookEndpoint',
    answerText: 'The webhook.',
    errors: ['endpoint_not_found', 'disabled_by_operator'],
  },
  rotateSecret: {
    summary: 'Rotate the secret of a webhook',
    body: { schema: 'WebhookSecretRotation' },
    answer: 'WebhookRotatedSecret',
    answerText: 'The new secret.',
    errors: ['endpoint_not_found', 'refused', 'account_secret', 'profile_missing', 'too_many_secrets'],
  },
  secret: {
    summary: 'Reveal the secret of a webhook',
    answer: 'WebhookRevealedSecret',
    answerText: 'The current secret.',
    errors: ['endpoint_not_found', 'account_secret', 'profile_missing', 'secret_unreadable'],
  },
  test: {
    summary: 'Send a test event to a webhook',
    query: {
      wait: wholeParameter(
        'How long to wait for the outcome of the first attempt (ms).',
        0,
        MAX_TEST_WAIT_MS,
        { default: 0 },
      ),
    },
    body: { schema: 'WebhookTest' },
    answer: 'WebhookTestResult',
    answerText: 'The test. `delivery` is `null` if no worker has taken the event yet.',
    errors: ['endpoint_not_found', 'refused', 'endpoint_disabled', 'profile_missing', 'too_many_requests'],
  },
  recover: {
    summary: 'Send now the deliveries that have failed or wait for a retry',
    description:
      'At most 10,000 deliveries of the webhook in one call, earliest first. Leaves out test deliveries, and deliveries that were cancelled or ignored or have no body.',
    body: { schema: 'WebhookRecovery', isRequired: true },
    answer: 'WebhookRecoveryResult',
    answerText: 'How many deliveries match, and how many are due now.',
    errors: ['endpoint_not_found', 'endpoint_closed', 'too_many_requests'],
  },
};
