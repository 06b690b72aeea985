import type { EndpointRoutes } from '../../api/routes/endpoint-routes.js';
import type { EventRoutes } from '../../api/routes/event-routes.js';
import type { OperationsOf } from './operation.js';
import { endpointIdFilter, eventFilters, pageParameters } from './parameters.js';

export const eventOperations: Omit<OperationsOf<EventRoutes>, keyof EndpointRoutes> = {
  events: {
    summary: 'List events',
    description: 'A page may have fewer items than `limit` although there is a next page.',
    query: { ...eventFilters, ...pageParameters },
    answer: 'WebhookEventPage',
    answerText: 'A page of events.',
    errors: ['invalid_request'],
  },
  event: {
    summary: 'Get an event',
    answer: 'WebhookEventDetail',
    answerText: 'The event.',
    errors: ['event_not_found'],
  },
  replay: {
    summary: 'Replay events that a webhook did not get',
    description:
      'A job creates deliveries of the past events that are in the range and match the current subscription of the webhook. It leaves out tests, and events for which the webhook already has a delivery.',
    body: { schema: 'WebhookReplay', isRequired: true },
    answer: 'WebhookReplayResult',
    answerText: 'How many events match, and the job.',
    errors: ['endpoint_not_found', 'endpoint_closed', 'replay_running', 'too_many_requests'],
  },
  jobs: {
    summary: 'List jobs',
    query: { ...endpointIdFilter, ...pageParameters },
    answer: 'WebhookJobPage',
    answerText: 'A page of jobs.',
    errors: ['invalid_request', 'endpoint_not_found'],
  },
  job: {
    summary: 'Get a job',
    answer: 'WebhookJob',
    answerText: 'The job as it is now.',
    errors: ['job_not_found'],
  },
  cancelJob: {
    summary: 'Cancel a job',
    description: 'Deliveries that the job has created stay.',
    answer: 'WebhookJob',
    answerText: 'The job.',
    errors: ['invalid_request', 'job_not_found', 'job_finished'],
  },
};
