import type { JsonSchema } from '../../events/catalogue/json-schema.js';
import { ORDERINGS } from '../../core/states.js';
import { TIMEOUT_RANGE } from '../../config/settings.js';
import type { EndpointSettings } from '../../endpoints/register-endpoint.dto.js';
import { type Fields, flag, listOf, nullable, text, whole } from './fields.js';

/** One line that has no control characters and is not blank. */
export const LINE_PATTERN = String.raw`^\P{Cc}*[^\s\p{Cc}]\P{Cc}*$`;
/** Like {@link LINE_PATTERN}, but line breaks and tabs are allowed. */
const NOTE_PATTERN = String.raw`^(\P{Cc}|[\t\n\r])*[^\s\p{Cc}](\P{Cc}|[\t\n\r])*$`;

const written = (description: string, maxLength: number): JsonSchema =>
  text(description, { maxLength, pattern: LINE_PATTERN });

export const url = text('Where requests go: `https`, unless the host allows `http`.', {
  maxLength: 2048,
  pattern: LINE_PATTERN,
  examples: ['https://example.com/webhooks'],
});

export const events = listOf(
  'Event names of the profile; also `message.*` and `*` if the profile supports patterns.',
  { type: 'string', pattern: '^[!-~]{1,128}$' },
  { minItems: 1, maxItems: 100, examples: [['message.delivered', 'message.failed']] },
);

export const profileName = (description: string): JsonSchema =>
  text(description, { maxLength: 32, pattern: LINE_PATTERN, examples: ['standard', 'msgine'] });

export const secret = (description: string): JsonSchema => written(description, 512);

const mailAddress = (description: string): JsonSchema =>
  text(description, { minLength: 3, maxLength: 254, pattern: '^[^@]+@[^@]+$' });

export const alertEmail = nullable(
  mailAddress("Address for mail about this endpoint. Default: the account's."),
);

export const accountAlertEmail = nullable(
  mailAddress('Where alerts go for endpoints that name no address. `null`: nowhere.'),
);

/** Fields that both a registration and a change can set. */
export const endpointSettings: Fields<EndpointSettings> = {
  description: nullable(text('A note for people.', { maxLength: 500, pattern: NOTE_PATTERN })),
  uid: nullable(
    text('Your own id: letters, digits and `. _ : -`. No two of your webhooks may have the same id.', {
      pattern: String.raw`^[\w.:-]{1,128}$`,
    }),
  ),
  metadata: nullable({
    type: 'object',
    description:
      'Your own values: at most 20 strings of up to 500 characters, with names of up to 40 characters, and at most 4 KB as JSON. A change replaces all values.',
    maxProperties: 20,
    additionalProperties: { type: 'string', maxLength: 500 },
  }),
  headers: nullable({
    type: 'object',
    description: 'Sent with every request: at most 20 names, 8 KB in total. The values are never returned.',
    additionalProperties: { type: 'string' },
  }),
  maxThroughputPerMinute: nullable(
    whole("Requests a minute; excess requests wait. Default: the profile's limit, or no limit.", 1, 600_000),
  ),
  maxInFlight: nullable(
    whole('Requests in flight. Default: 32, unless the host sets another limit.', 1, 1000),
  ),
  timeoutMs: nullable(
    whole("Deadline of an attempt in ms. Default: the profile's.", TIMEOUT_RANGE.min, TIMEOUT_RANGE.max),
  ),
  ordering: text(
    'Order of the deliveries of one subject. `none`: no order. `relaxed`: each delivery waits for the first attempt of the earlier ones. `strict`: each delivery waits until the earlier ones have ended. Default: `relaxed`.',
    { enum: ORDERINGS },
  ),
  phoneNumbers: nullable(
    listOf(
      'Only events of these numbers of the account. Default: all.',
      {
        type: 'string',
        pattern: String.raw`^(?!\+?00\d+$|\+0|.* $)(\+?\d{2,15}|[A-Za-z0-9][A-Za-z0-9 ._-]{0,10})$`,
      },
      { minItems: 1, maxItems: 100 },
    ),
  ),
  alertEmail,
  sendAlertEmail: flag('Also send mail about failed requests. Default: `false`.'),
  skipErrors: flag('An error response ends the delivery: no retry, no alert. Default: `false`.'),
  skipErrorCodes: listOf(
    'Status codes, as strings, for which an error response ends the delivery.',
    { type: 'string', pattern: String.raw`^[1-5]\d\d$` },
    { maxItems: 100, examples: [['404']] },
  ),
  retryOnError: flag('`false`: one attempt only. Default: `true`.'),
};
