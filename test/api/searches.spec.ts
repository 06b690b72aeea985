import { WebhooksRequestError } from '../../libs/webhooks/src/core/request-error.js';
import type { WebhooksService } from '../../libs/webhooks/src/webhooks.service.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

/** What a page of the host's may hand on from a query string: the routes check theirs before that. */
const WRONG: [name: string, field: string, call: (webhooks: WebhooksService) => Promise<unknown>][] = [
  ['deliveries.list', 'limit', ({ deliveries }) => deliveries.list('a', { limit: NaN })],
  ['deliveries.list', 'subject', ({ deliveries }) => deliveries.list('a', { subject: 'a\0b' })],
  ['deliveries.list', 'eventType', ({ deliveries }) => deliveries.list('a', { eventType: '\ud800' })],
  ['deliveries.list', 'since', ({ deliveries }) => deliveries.list('a', { since: NaN })],
  ['deliveries.list', 'until', ({ deliveries }) => deliveries.list('a', { until: 1.5 })],
  ['deliveries.list', 'endpointId', ({ deliveries }) => deliveries.list('a', { endpointId: 'x' })],
  ['endpoints.list', 'limit', ({ endpoints }) => endpoints.list('a', { limit: NaN })],
  ['endpoints.list', 'profile', ({ endpoints }) => endpoints.list('a', { profile: 'a\0b' })],
  ['operator.list', 'limit', ({ operator }) => operator.list({ limit: NaN })],
  ['subjects.of', 'subject', ({ subjects }) => subjects.list('a', 'a\0b')],
  ['subjects.of', 'limit', ({ subjects }) => subjects.list('a', 'm1', { limit: NaN })],
];

describe('A search by the services', () => {
  let host: WebhooksHost;
  beforeAll(async () => {
    host = await startHost();
  });
  afterAll(() => host.close());

  it.each(WRONG)(
    '(%s) for a wrong %s is a 400 that names it, not an error of the database',
    async (_, field, call) => {
      const error = await call(host.webhooks).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(WebhooksRequestError);
      expect(error).toMatchObject({ code: 'invalid_request', details: [{ field }] });
    },
  );

  it('of an endpoint that nobody named is a 404', async () => {
    const nobody = undefined as never;
    await expect(host.webhooks.deliveries.listOf('a', nobody)).rejects.toMatchObject({
      code: 'endpoint_not_found',
    });
    await expect(host.webhooks.endpoints.get('a', nobody)).rejects.toMatchObject({
      code: 'endpoint_not_found',
    });
  });
});
