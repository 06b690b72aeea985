import type { CatalogueEntry } from './catalogue-entry.js';
import { objectSchema, textSchema } from './json-schema.js';
import type { WebhookOptIn, WebhookPhone } from '../message.js';

const phoneSchema = objectSchema(
  'A phone of the account.',
  {
    id: textSchema('Id of the phone.'),
    number: textSchema('Its number, E.164.'),
    monitorId: textSchema('Id of the monitor that watches its heartbeat.'),
    lastHeartbeatAt: {
      type: ['string', 'number'],
      description: 'Time of the last heartbeat: ISO 8601 or epoch milliseconds.',
    },
  },
  ['id', 'number', 'monitorId', 'lastHeartbeatAt'],
);

const optInSchema = objectSchema(
  'A person’s consent to receive messages.',
  {
    type: textSchema('How the person opted in.'),
    from: textSchema('The person’s number, E.164.'),
    to: textSchema('The account’s number, E.164.'),
  },
  ['type', 'from', 'to'],
);

const phone: WebhookPhone = {
  id: 'phone_test_1234567890',
  number: '+18005550199',
  monitorId: 'monitor_test_1234567890',
  lastHeartbeatAt: '2024-01-15T09:25:15.000Z',
};

export const phoneTypes: Record<'phone.offline' | 'phone.online', CatalogueEntry<{ phone: WebhookPhone }>> = {
  'phone.offline': phoneEntry('phone.offline', 'No heartbeat from a phone for an hour.'),
  'phone.online': phoneEntry('phone.online', 'An offline phone sends heartbeats again.'),
};

export const numberTypes: Record<'number.opted_in', CatalogueEntry<{ optIn: WebhookOptIn }>> = {
  'number.opted_in': {
    name: 'number.opted_in',
    group: 'number',
    description: 'A person agreed to receive messages from one of the account’s numbers.',
    schema: objectSchema('Data of number.opted_in.', { optIn: optInSchema }, ['optIn']),
    example: { optIn: { type: 'keyword', from: '+18005550100', to: '+18005550199' } },
  },
};

function phoneEntry(name: string, description: string): CatalogueEntry<{ phone: WebhookPhone }> {
  const schema = objectSchema(`Data of ${name}.`, { phone: phoneSchema }, ['phone']);
  return { name, group: 'phone', description, schema, example: { phone } };
}
