import { PAGE_LIMIT } from '../../core/page.js';
import { DELIVERY_STATES, ENDPOINT_STATES, STATUS_CLASSES } from '../../core/states.js';
import type { JsonSchema } from '../../events/catalogue/json-schema.js';
import { INSTANT_PATTERN } from '../schemas/fields.js';
import type { QueryParameter } from './operation.js';

type Parameters = Readonly<Record<string, QueryParameter>>;

const textParameter = (description: string, maxLength = 255): QueryParameter => ({
  schema: { type: 'string', minLength: 1, maxLength },
  description,
});

export const wholeParameter = (
  description: string,
  minimum: number,
  maximum: number,
  more: JsonSchema = {},
): QueryParameter => ({ schema: { type: 'integer', minimum, maximum, ...more }, description });

const instantParameter = (description: string): QueryParameter => ({
  schema: { type: 'string', pattern: INSTANT_PATTERN },
  description,
});

/** Parameters of every list. */
export const pageParameters: Parameters = {
  limit: wholeParameter('Items per page.', 1, PAGE_LIMIT.max, { default: PAGE_LIMIT.default }),
  cursor: textParameter('`nextCursor` of the previous page.'),
};

export const profileParameter = (description: string): QueryParameter => textParameter(description, 32);

export const endpointFilters: Parameters = {
  state: { schema: { type: 'string', enum: ENDPOINT_STATES }, description: 'Webhooks in this state.' },
  profile: profileParameter('Webhooks of this profile.'),
  uid: textParameter('The webhook with this `uid`.', 128),
};

export const deliveryFilters: Parameters = {
  state: {
    schema: { type: 'array', items: { type: 'string', enum: DELIVERY_STATES } },
    description: 'Deliveries in one of these states, separated by commas.',
  },
  eventType: textParameter('Type of the event, or its name in the profile.', 128),
  eventId: textParameter(
    'Id of the event: the `webhook-id` that the receiver gets, or the UUID in a CloudEvents body.',
  ),
  deliveryId: {
    schema: { type: 'string', pattern: '^dlv_' },
    description: 'Only this delivery.',
  },
  status: wholeParameter('Status of the last attempt.', 100, 999),
  statusClass: {
    schema: { type: 'string', enum: STATUS_CLASSES },
    description: "Class of the last attempt's status. `none`: no response, or no attempt yet.",
  },
  subject: textParameter('Subject of the event, such as the id of a message.'),
  since: instantParameter('Created at this time or later.'),
  until: instantParameter('Created before this time.'),
  test: { schema: { type: 'boolean' }, description: '`true`: only test events. `false`: all others.' },
};

export const eventFilters: Parameters = {
  type: textParameter('Type of the event, such as `message.delivered`.', 128),
  subject: textParameter('Subject of the event, such as the id of a message.'),
  since: instantParameter('Published at this time or later.'),
  until: instantParameter('Published before this time.'),
};

export const endpointIdFilter: Parameters = {
  endpointId: {
    schema: { type: 'string', pattern: '^wh_' },
    description: 'Only items of this webhook.',
  },
};
