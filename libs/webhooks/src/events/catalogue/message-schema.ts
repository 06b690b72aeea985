import { objectSchema, textSchema } from './json-schema.js';
import type { JsonSchema } from './json-schema.js';
import { MESSAGE_STATUSES } from '../message.js';
import type { WebhookMessage } from '../message.js';

const properties: { [Field in keyof Required<WebhookMessage>]: JsonSchema } = {
  id: { type: ['string', 'number'], description: 'Id of the message.' },
  direction: textSchema('`out`: sent by the account. `in`: received by it.', { enum: ['out', 'in'] }),
  from: textSchema('Sender: E.164, short code or alphanumeric sender id.'),
  to: textSchema('Recipient, E.164.'),
  body: textSchema('The text.'),
  status: textSchema('Where the message is in its life.', { enum: MESSAGE_STATUSES }),
  statusText: textSchema('Detail of the status in the carrier’s words.'),
  statusCode: { type: 'integer', minimum: 1, maximum: 14, description: 'Status code of Mobile Text Alerts.' },
  errorCode: textSchema('Why it failed, in stable words such as `invalid_phone_number`.'),
  errorMessage: textSchema('Why it failed, for people.'),
  externalId: textSchema('The id that the account’s own code gave the message.'),
  providerId: textSchema('The carrier’s id.'),
  replyId: { type: ['string', 'number'], description: 'Id of an inbound reply.' },
  senderName: textSchema('Name shown as the sender.'),
  tags: {
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Labels given with the message.',
  },
  attachments: { type: ['array', 'null'], items: { type: 'string' }, description: 'Links to media.' },
  encrypted: { type: 'boolean', description: 'The text is end-to-end encrypted.' },
  attemptCount: { type: 'integer', minimum: 0, description: 'Sends tried so far.' },
  maxAttempts: { type: 'integer', minimum: 0, description: 'Sends that will be tried at most.' },
  isFinal: { type: 'boolean', description: 'No further send will be tried.' },
  refunded: { type: 'boolean', description: 'The account got its money back.' },
  sim: { type: 'integer', enum: [0, 1], description: 'SIM slot of the phone.' },
  deviceId: textSchema('The phone that sent or received it.'),
};

export const messageSchema: JsonSchema = objectSchema('An SMS.', properties, [
  'id',
  'direction',
  'from',
  'to',
]);
