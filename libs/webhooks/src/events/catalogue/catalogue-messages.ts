import type { CatalogueEventType } from '../event-map.js';
import type { WebhookMessage } from '../message.js';
import type { CatalogueEntry } from './catalogue-entry.js';
import { objectSchema } from './json-schema.js';
import { messageSchema } from './message-schema.js';

type MessageEntry = CatalogueEntry<{ message: WebhookMessage }>;

/** A message that the account sends. Its numbers belong to nobody, and its ids contain `test`. */
const outgoing: WebhookMessage = {
  id: 'msg_test_1234567890',
  direction: 'out',
  from: '+18005550199',
  to: '+18005550100',
  body: 'This is a test message',
  sim: 0,
  deviceId: 'device_test_1234567890',
};

const acceptedByCarrier = { ...outgoing, providerId: 'SM_test_1234567890' };

/** A call or message to the account. */
const incoming: WebhookMessage = {
  id: outgoing.id,
  direction: 'in',
  from: outgoing.to,
  to: outgoing.from,
  sim: outgoing.sim,
  deviceId: outgoing.deviceId,
};

export const messageTypes: { [Type in Extract<CatalogueEventType, `message.${string}`>]: MessageEntry } = {
  'message.queued': entry('message.queued', 'A message was accepted and waits to be sent.', {
    ...outgoing,
    status: 'queued',
  }),
  'message.sending': entry('message.sending', 'A message is being handed to a provider or phone.', {
    ...outgoing,
    status: 'sending',
  }),
  'message.sent': entry('message.sent', 'The carrier, or the sending phone, accepted a message.', {
    ...acceptedByCarrier,
    status: 'sent',
  }),
  'message.delivered': entry('message.delivered', 'A message reached its recipient’s phone.', {
    ...acceptedByCarrier,
    status: 'delivered',
    statusText: 'DELIVERED_TO_HANDSET',
  }),
  'message.failed': entry('message.failed', 'Sending or delivering a message failed.', {
    ...acceptedByCarrier,
    status: 'failed',
    errorCode: 'invalid_phone_number',
    errorMessage: 'Invalid phone number',
  }),
  'message.expired': entry(
    'message.expired',
    'A message was not sent in time. If `isFinal` is false, it will be tried again.',
    {
      ...outgoing,
      status: 'expired',
      errorCode: 'expired',
      errorMessage: 'Message expired',
      attemptCount: 2,
      maxAttempts: 2,
      isFinal: true,
    },
  ),
  'message.unconfirmed': entry(
    'message.unconfirmed',
    'The carrier does not report whether a message was delivered.',
    {
      ...acceptedByCarrier,
      status: 'unconfirmed',
    },
  ),
  'message.received': entry('message.received', 'A message to one of the account’s numbers arrived.', {
    ...incoming,
    body: 'This is a test reply',
    status: 'received',
  }),
};

export const callMissed: MessageEntry = {
  ...entry('call.missed', 'A call to one of the account’s numbers was not answered.', incoming),
  group: 'call',
};

function entry(name: string, description: string, message: WebhookMessage): MessageEntry {
  const schema = objectSchema(`Data of ${name}.`, { message: messageSchema }, ['message']);
  return { name, group: 'message', description, schema, example: { message } };
}
