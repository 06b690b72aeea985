import { ATTEMPT_ERRORS } from '../../core/attempt-errors.js';
import { DELIVERY_STATES, ENDPOINT_STATES } from '../../core/states.js';
import type { RecoverResult } from '../../deliveries/bulk-retry.js';
import type { WebhookAttempt, WebhookDelivery } from '../../deliveries/delivery.js';
import type {
  AttemptRequest,
  WebhookAttemptDetail,
  WebhookDeliveryDetail,
} from '../../deliveries/delivery-detail.js';
import type { JsonSchema } from '../../events/catalogue/json-schema.js';
import type { EventReport, SkippedEndpoint } from '../../deliveries/event-report.js';
import { answer, type Fields, flag, id, instant, listOf, nullable, refTo, text, whole } from './fields.js';
import { mismatch, reason, waitReason } from './reason.js';

const delivery: Fields<WebhookDelivery> = {
  id: id('dlv', 'Id of the delivery.'),
  event: answer<WebhookDelivery['event']>('The event that it delivers.', {
    id: id('evt', 'Id of the event: the `webhook-id` that the receiver gets.'),
    type: text('Type of the event, such as `message.delivered`.'),
    subject: nullable(text('What the event is about, such as the id of a message.')),
    occurredAt: instant('When it happened.'),
    test: flag('Sent by the test route.'),
  }),
  endpointId: nullable(id('wh', 'The webhook. `null`: a callback.')),
  url: nullable(text("The callback's URL, or the webhook's current URL.")),
  wireType: text('Name of the event in the vocabulary of the profile.'),
  state: text('`delivered`, `exhausted` and `discarded` are final.', { enum: DELIVERY_STATES }),
  reason: reason(
    'Why it ended without success. While it is pending: what must be repaired before it can be sent.',
  ),
  nextAttemptAt: nullable(instant('When it is due. `null`: it is being sent, or finished.')),
  waits: waitReason('Why it is not sent right now. `null`: it is being sent or finished.'),
  waitsUntil: nullable(instant('When this reason ends. `null`: the end does not depend on time.')),
  waitsFor: nullable(id('dlv', 'The earlier delivery that it waits for, because of `ordering`.')),
  attemptCount: whole('Requests so far.'),
  lastAttempt: nullable(refTo('WebhookAttempt')),
  createdAt: instant('When it was created.'),
  finishedAt: nullable(instant('When it ended.')),
  erasedAt: nullable(instant('When its body and the responses were erased. `null`: they were not.')),
};

const attempt: Fields<WebhookAttempt> = {
  number: whole('From 1. The numbers continue after a manual retry.'),
  startedAt: instant('When it began.'),
  durationMs: nullable(whole('How long it took (ms).')),
  status: nullable(whole('HTTP status. `null`: no response.')),
  error: nullable(text('Why it failed. `null`: a success.', { enum: Object.keys(ATTEMPT_ERRORS) })),
  response: nullable(text("The beginning of the response's body, as text. `null`: nothing was kept.")),
};

const headers = (description: string): JsonSchema => ({
  type: 'object',
  description,
  additionalProperties: { type: 'string' },
});

/** The delivery log. */
export const deliverySchemas = {
  WebhookAttempt: answer<WebhookAttempt>('One request of a delivery.', attempt),
  WebhookDelivery: answer<WebhookDelivery>('One event for one webhook or callback.', delivery),
  WebhookAttemptDetail: answer<WebhookAttemptDetail>(
    'One request of a delivery and the head of its response.',
    {
      ...attempt,
      request: nullable(refTo('WebhookAttemptRequest')),
      responseHeaders: nullable(
        headers('Headers of the response to a failed attempt, at most 2 KB. `null`: none were kept.'),
      ),
    },
  ),
  WebhookAttemptRequest: answer<AttemptRequest>(
    'The request of an attempt, derived from the present settings.',
    {
      method: text('Always `POST`.', { enum: ['POST'] }),
      url: text("The callback's URL, or the webhook's current URL."),
      headers: headers('Lower-case names. Signatures and the values of custom headers are `…`.'),
    },
  ),
  WebhookDeliveryDetail: answer<WebhookDeliveryDetail>('A delivery with its body and its attempts.', {
    ...delivery,
    body: nullable(text('The exact body of the request, as text. `null`: it was erased.')),
    lastAttempt: nullable(refTo('WebhookAttemptDetail')),
    attempts: listOf('Its requests, oldest first.', refTo('WebhookAttemptDetail')),
  }),
  WebhookRecoveryResult: answer<RecoverResult>('What a recovery did, or with `dryRun` would do.', {
    dryRun: flag('Nothing was changed.'),
    matched: whole('Deliveries that match, counted up to 100,000.'),
    done: whole('The same as `recovered`.'),
    left: whole('`matched` minus `done`.'),
    recovered: whole('Deliveries that this call has made due.'),
    more: flag('More deliveries match than one call can take: call again.'),
  }),
  WebhookEventReport: answer<EventReport>('What became of one event.', {
    id: id('evt', 'Id of the event.'),
    sequence: text('Larger is later.'),
    type: text('Type of the event.'),
    test: flag('Sent by the test route.'),
    occurredAt: instant('When it happened.'),
    createdAt: instant('When it was published.'),
    relayed: flag('All its deliveries exist.'),
    deliveries: listOf('Its deliveries.', refTo('WebhookDelivery')),
    hasMoreDeliveries: flag('There are more: list them with `?subject=`.'),
    skipped: listOf('Webhooks that did not get it.', refTo('WebhookSkippedEndpoint')),
    hasMoreSkipped: flag('There may be more such webhooks.'),
  }),
  WebhookSkippedEndpoint: answer<SkippedEndpoint>('A webhook that did not get an event.', {
    endpointId: id('wh', 'The webhook.'),
    url: text('Its URL.'),
    description: nullable(text('Its note.')),
    state: text('Its state.', { enum: ENDPOINT_STATES }),
    reason: mismatch(
      'Why, judged by its present configuration. `null`: it would get the event now, but its configuration was different then.',
    ),
    explanation: text('The reason as a sentence.'),
  }),
};
