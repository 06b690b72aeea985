import type { EventTypeInfo, EventTypeResult } from '../../endpoints/event-types.js';
import type { TestEventResult } from '../../endpoints/test-events.js';
import type { ExampleRequest } from '../../profiles/example-request.js';
import { answer, id, listOf, nullable, refTo, text } from './fields.js';

/** Schemas of event types, and of the response to a test event. */
export const eventTypeSchemas = {
  WebhookEventTypeList: answer<EventTypeResult>('The event types, with example requests of one profile.', {
    profile: text('The profile of the `requests`.'),
    data: listOf('The event types.', refTo('WebhookEventType')),
  }),
  WebhookEventType: answer<EventTypeInfo>('An event type.', {
    name: text('Such as `message.delivered`.'),
    group: text('Name of its group in lists, such as `message`.'),
    description: text('When the event happens.'),
    schema: { type: 'object', description: 'JSON Schema of `data`.', additionalProperties: true },
    example: { description: 'Example of `data`.' },
    names: {
      type: 'object',
      description: 'Names to subscribe to, by profile. Profiles that do not support this type are left out.',
      additionalProperties: { type: 'array', items: { type: 'string' } },
    },
    requests: listOf(
      'What a receiver gets for the example. Empty if the profile does not support this type.',
      refTo('WebhookExampleRequest'),
    ),
  }),
  WebhookExampleRequest: answer<ExampleRequest>('What a receiver gets for an example.', {
    event: text('Name of the event in the profile.'),
    headers: {
      type: 'object',
      description: 'Headers with lower-case names. In a signature, `…` replaces what depends on the secret.',
      additionalProperties: { type: 'string' },
    },
    body: text('The exact body, as text.'),
  }),
  WebhookTestResult: answer<TestEventResult>('The result of a test.', {
    eventId: id('evt', 'Id of the test event: the `webhook-id` of the request.'),
    delivery: nullable(refTo('WebhookDeliveryDetail')),
  }),
};
