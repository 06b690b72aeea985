import type { WebhookAccount } from '../../accounts/accounts.service.js';
import { ENDPOINT_STATES, ORDERINGS } from '../../core/states.js';
import type { RegisteredEndpoint, WebhookEndpoint } from '../../endpoints/endpoint.js';
import type { RevealedSecret, RotatedSecret, SecretInfo } from '../../secrets/secret-info.js';
import { answer, type Fields, flag, id, instant, listOf, nullable, refTo, text, whole } from './fields.js';
import { reason } from './reason.js';

const secretInfo = listOf(
  "Its signing secrets without their values, newest first. Empty: unsigned, or signed with the account's secret.",
  refTo('WebhookSecretInfo'),
);

const endpoint: Fields<WebhookEndpoint> = {
  id: id('wh', 'Id of the webhook.'),
  publicNo: whole('A second id, a small number, for platforms whose ids are integers.'),
  url: text('Where requests go.'),
  events: listOf('Names and patterns in the vocabulary of the profile.', { type: 'string' }),
  profile: text('Format of the requests.'),
  description: nullable(text('A note for people.')),
  uid: nullable(text('Your own id.')),
  metadata: { type: 'object', description: 'Your own values.', additionalProperties: { type: 'string' } },
  headerNames: nullable(
    listOf(
      'Names of the custom headers; their values are never shown. `null`: the names cannot be read any more.',
      { type: 'string' },
    ),
  ),
  phoneNumbers: nullable(listOf('Only events of these numbers. `null`: all.', { type: 'string' })),
  maxThroughputPerMinute: nullable(whole('Requests a minute. `null`: no limit.')),
  maxInFlight: nullable(whole('Requests in flight. `null`: the limit of the host.')),
  timeoutMs: nullable(whole("Deadline of an attempt in ms. `null`: the profile's.")),
  ordering: text('Order of the deliveries of one subject.', { enum: ORDERINGS }),
  alertEmail: nullable(text("Address for mail about this webhook. `null`: the account's.")),
  sendAlertEmail: flag('Also send mail about failed requests.'),
  skipErrors: flag('An error response ends the delivery: no retry, no alert.'),
  skipErrorCodes: listOf('Status codes of error responses that end the delivery.', { type: 'string' }),
  retryOnError: flag('`false`: one attempt only.'),
  state: text(
    '`paused` by its owner: its deliveries wait. `disabled` by the service: its waiting deliveries are discarded.',
    { enum: ENDPOINT_STATES },
  ),
  stateReason: reason('Why it is disabled.'),
  stateAt: instant('Since when it is in this state.'),
  failingSince: nullable(instant('Since when no request has succeeded. `null`: it does not fail.')),
  secrets: secretInfo,
  createdAt: instant('When it was registered.'),
  updatedAt: instant('When it was last changed.'),
};

const plainSecret = nullable(
  text("The signing secret. `null`: unsigned. Left out: signed with the account's secret."),
);

/** A webhook, its secrets, and the account. */
export const endpointSchemas = {
  WebhookEndpoint: answer<WebhookEndpoint>('A registered webhook.', endpoint),
  WebhookRegistered: answer<RegisteredEndpoint>(
    'A registered webhook and its secret, which is shown here and by `…/secret`.',
    { ...endpoint, secret: plainSecret },
    ['secret'],
  ),
  WebhookSecretInfo: answer<SecretInfo>('A secret without its value.', {
    createdAt: instant('When it was made or set.'),
    expiresAt: nullable(instant('When it stops being valid. `null`: it is the current secret.')),
  }),
  WebhookRotatedSecret: answer<RotatedSecret>('The new secret.', {
    secret: text('The new secret.'),
    previousExpiresAt: nullable(
      instant('Until when the old secrets stay valid. `null`: there are no old secrets.'),
    ),
  }),
  WebhookRevealedSecret: answer<RevealedSecret>('The current secret.', {
    secret: nullable(text('The current secret. `null`: requests are not signed.')),
  }),
  WebhookAccount: answer<WebhookAccount>('The settings of the account.', {
    alertEmail: nullable(text('Where alerts go for webhooks that name no address.')),
    defaultProfile: nullable(text("The account's choice. `null`: the default of the service.")),
    profile: text(
      'Profile of new webhooks and of callbacks: `defaultProfile`, or the default of the service.',
    ),
    secrets: { ...secretInfo, description: "The account's secrets without their values, newest first." },
    egressIps: listOf(
      "IP addresses that requests come from, for receivers' firewalls. Empty: the service does not publish them.",
      { type: 'string' },
    ),
  }),
};
