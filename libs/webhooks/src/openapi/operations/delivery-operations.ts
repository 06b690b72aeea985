import type { AccountRoutes } from '../../api/routes/account-routes.js';
import type { DeliveryRoutes } from '../../api/routes/delivery-routes.js';
import type { OperationsOf } from './operation.js';
import { deliveryFilters, endpointIdFilter, pageParameters } from './parameters.js';

export const deliveryOperations: Omit<OperationsOf<DeliveryRoutes>, keyof AccountRoutes> = {
  subject: {
    summary: 'List the events of a subject with their deliveries',
    description:
      'A page has at most 20 events and a megabyte, whatever `limit` says. It may have fewer items than `limit` although there is a next page.',
    query: pageParameters,
    answer: 'WebhookEventReportPage',
    answerText: 'A page of events.',
    errors: ['invalid_request'],
  },
  deliveries: {
    summary: 'List deliveries',
    description: 'A page may have fewer items than `limit` although there is a next page.',
    query: { ...deliveryFilters, ...endpointIdFilter, ...pageParameters },
    answer: 'WebhookDeliveryPage',
    answerText: 'A page of deliveries.',
    errors: ['invalid_request'],
  },
  delivery: {
    summary: 'Get a delivery',
    answer: 'WebhookDeliveryDetail',
    answerText: 'The delivery.',
    errors: ['delivery_not_found'],
  },
  retry: {
    summary: 'Send a delivery now',
    description:
      'Sends it with the same id and bytes. A finished delivery begins its retry schedule again. A waiting delivery makes its next attempt now.',
    answer: 'WebhookDeliveryDetail',
    answerText: 'The delivery, which is due.',
    errors: [
      'delivery_not_found',
      'delivery_being_sent',
      'delivery_not_rendered',
      'delivery_erased',
      'endpoint_closed',
      'too_many_requests',
    ],
  },
  cancel: {
    summary: 'Discard a delivery that waits',
    answer: 'WebhookDeliveryDetail',
    answerText: 'The delivery.',
    errors: ['delivery_not_found', 'delivery_being_sent', 'delivery_finished'],
  },
  deliveriesOf: {
    summary: 'List the deliveries of a webhook',
    description: 'A page may have fewer items than `limit` although there is a next page.',
    query: { ...deliveryFilters, ...pageParameters },
    answer: 'WebhookDeliveryPage',
    answerText: 'A page of deliveries.',
    errors: ['invalid_request', 'endpoint_not_found'],
  },
};
