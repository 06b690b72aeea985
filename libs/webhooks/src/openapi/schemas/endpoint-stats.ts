import type {
  WebhookEndpointStats,
  WebhookFigures,
  WebhookStatsOfHour,
} from '../../endpoints/figures/endpoint-stats.js';
import { answer, type Fields, instant, listOf, nullable, refTo, whole } from './fields.js';

const figures: Fields<WebhookFigures> = {
  attempts: whole('Requests that were sent.'),
  delivered: whole('Deliveries that arrived.'),
  retried: whole('Attempts that failed and are followed by another attempt.'),
  exhausted: whole('Deliveries whose last attempt failed.'),
  discarded: whole('Deliveries that ended without success and without using up their attempts.'),
  successRate: {
    type: ['number', 'null'],
    description: 'Share of the attempts that succeeded, 0 to 1. `null`: there was no attempt.',
    minimum: 0,
    maximum: 1,
  },
  statusClasses: answer<WebhookFigures['statusClasses']>('Attempts by the class of their status.', {
    '2xx': whole('200 to 299.'),
    '3xx': whole('300 to 399.'),
    '4xx': whole('400 to 499.'),
    '5xx': whole('500 to 599.'),
    none: whole('No response, or another status.'),
  }),
  latencyMs: nullable(
    answer<NonNullable<WebhookFigures['latencyMs']>>(
      'How long attempts took (ms), rounded up to 50, 100, 250, 500, 1000, 2500, 5000, 10000 or 30000. `null`: there was no attempt.',
      {
        p50: whole('Half of the attempts took no longer.'),
        p95: whole('95 of 100 attempts took no longer.'),
      },
    ),
  ),
};

export const endpointStatsSchemas = {
  WebhookFigures: answer<WebhookFigures>('What became of attempts.', figures),
  WebhookStatsOfHour: answer<WebhookStatsOfHour>('The figures of one hour.', {
    hour: instant('When the hour begins.'),
    ...figures,
  }),
  WebhookEndpointStats: answer<WebhookEndpointStats>('Figures of the last 24 hours, without test events.', {
    since: instant('When the first hour begins.'),
    until: instant('Now.'),
    total: refTo('WebhookFigures'),
    hours: listOf('24 entries, oldest first. The last hour is not over.', refTo('WebhookStatsOfHour')),
  }),
};
