import { JOB_STATES } from '../../core/states.js';
import type { ReplayResult } from '../../event-log/event-replay.js';
import type { WebhookJob } from '../../event-log/job.js';
import type { LoggedEvent, LoggedEventDetail } from '../../event-log/logged-event.js';
import type { ReplayEvents } from '../../event-log/replay-events.dto.js';
import { LINE_PATTERN } from './endpoint-settings.js';
import {
  answer,
  anyInstant,
  body,
  type Fields,
  flag,
  id,
  instant,
  listOf,
  nullable,
  refTo,
  text,
  whole,
} from './fields.js';

const event: Fields<LoggedEvent> = {
  id: id('evt', 'Id of the event: the `webhook-id` that receivers get.'),
  sequence: text('Larger is later.'),
  type: text('Type of the event, such as `message.delivered`.'),
  subject: nullable(text('What the event is about, such as the id of a message.')),
  source: nullable(text('Path of the request that caused it.')),
  callbackUrl: nullable(text("The event's own callback.")),
  test: flag('Sent by the test route.'),
  occurredAt: instant('When it happened.'),
  createdAt: instant('When it was published.'),
  relayed: flag('All its deliveries exist.'),
  erasedAt: nullable(instant('When its data was erased. `null`: it was not.')),
};

const range = answer<WebhookJob['range']>('Which events the job replays.', {
  since: instant('Events that were published at this time or later.'),
  until: instant('Events that were published before this time.'),
  types: nullable(listOf('Only events of these types.', { type: 'string' })),
  subject: nullable(text('Only events about this subject.')),
});

/** Events, their replay, and jobs. */
export const eventLogSchemas = {
  WebhookReplay: body<ReplayEvents>(
    'Which events to replay.',
    {
      since: anyInstant('Events that were published at this time or later.'),
      until: anyInstant('Events that were published before this time. Default: now.'),
      types: listOf(
        'Only events of these types. Default: all types that the webhook is subscribed to.',
        { type: 'string', pattern: String.raw`^[a-z0-9_-]+(\.[a-z0-9_-]+)*$` },
        { minItems: 1, maxItems: 100 },
      ),
      subject: text('Only events about this subject.', { maxLength: 255, pattern: LINE_PATTERN }),
      dryRun: flag('Only count. Default: `false`.'),
    },
    ['since'],
  ),
  WebhookReplayResult: answer<ReplayResult>('What a replay will do, or with `dryRun` would do.', {
    dryRun: flag('Nothing was changed.'),
    matched: whole('Number of events that had no delivery, among the first 100,000 events of the range.'),
    done: whole('Matched events that the dry run has processed, at most about 10,000. `0` without `dryRun`.'),
    left: whole('`matched` minus `done`.'),
    deliveries: whole(
      'Deliveries that a replay would create for the events that `done` counts. `0` without `dryRun`.',
    ),
    job: nullable(refTo('WebhookJob')),
  }),
  WebhookJob: answer<WebhookJob>('Background work that a call has started.', {
    id: id('job', 'Id of the job.'),
    kind: text('`replay`: creates deliveries of past events.', { enum: ['replay'] }),
    state: text('`done`, `failed` and `cancelled` are final.', { enum: JOB_STATES }),
    endpointId: nullable(id('wh', 'The webhook.')),
    range,
    matched: whole(
      'Number of events that had no delivery, counted among the first 100,000 events of the range. If the job processes more events than were counted, `matched` grows with `done`. If `state` is `done`, both numbers are equal.',
    ),
    done: whole('Matched events that the job has processed.'),
    left: whole('`matched` minus `done`.'),
    deliveries: whole('Deliveries that the job has created.'),
    error: nullable(text('Why the job failed.')),
    createdAt: instant('When the job was created.'),
    updatedAt: instant('When the job was last updated.'),
    finishedAt: nullable(instant('When it ended.')),
  }),
  WebhookEvent: answer<LoggedEvent>('A published event, without its data.', event),
  WebhookEventDetail: answer<LoggedEventDetail>('A published event with its data and deliveries.', {
    ...event,
    data: { description: 'As it was published. `null`: it was erased.' },
    deliveries: listOf('Oldest first, at most 100.', refTo('WebhookDelivery')),
    hasMoreDeliveries: flag('There are more: list them with `?subject=`.'),
  }),
};
