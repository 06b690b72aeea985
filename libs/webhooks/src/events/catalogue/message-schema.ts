import { MESSAGE_STATUSES, type WebhookMessage } from '../message.js';
import { type JsonSchema, objectSchema, textSchema } from './json-schema.js';

const properties: { [Field in keyof Required<WebhookMessage>]: JsonSchema } = {
  id: { type: ['string', 'number'], description: 'Id of the message.' },
  direction: textSchema('`out`: sent by the account. `in`: received by it.', { enum: ['out', 'in'] }),
  from: textSchema('Sender: E.164, short code or alphanumeric sender id.'),
  to: textSchema('Recipient, E.164.'),
  body: textSchema('The text.'),
  status: textSchema('Status of the message.', { enum: MESSAGE_STATUSES }),
  statusText: textSchema('The carrier’s own status text.'),
  statusCode: { type: 'integer', minimum: 1, maximum: 14, description: 'Status code of Mobile Text Alerts.' },
  errorCode: textSchema('Why it failed: a stable code such as `invalid_phone_number`.'),
  errorMessage: textSchema('Why it failed, for people.'),
  externalId: textSchema('The id that the account’s own system gave the message.'),
  providerId: textSchema('The carrier’s id.'),
  replyId: { type: ['string', 'number'], description: 'Id of an incoming reply.' },
  senderName: textSchema('Name shown as the sender.'),
  tags: {
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Labels given with the message.',
  },
  attachments: { type: ['array', 'null'], items: { type: 'string' }, description: 'URLs of media.' },
  encrypted: { type: 'boolean', description: 'The text is end-to-end encrypted.' },
  attemptCount: { type: 'integer', minimum: 0, description: 'Number of sends so far.' },
  maxAttempts: { type: 'integer', minimum: 0, description: 'Maximum number of sends.' },
  isFinal: { type: 'boolean', description: 'No further send follows.' },
  refunded: { type: 'boolean', description: 'The account was refunded.' },
  sim: { type: 'integer', enum: [0, 1], description: 'SIM slot of the phone.' },
  deviceId: textSchema('The phone that sent or received it.'),
};

export const messageSchema: JsonSchema = objectSchema('An SMS.', properties, [
  'id',
  'direction',
  'from',
  'to',
]);
