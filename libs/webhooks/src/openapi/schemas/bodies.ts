import type { ChangeAccount } from '../../accounts/change-account.dto.js';
import type { RotateSecret } from '../../accounts/rotate-secret.dto.js';
import { RECOVERABLE, type RecoverDeliveries } from '../../deliveries/recover-deliveries.dto.js';
import type { ChangeEndpoint, RegisterEndpoint } from '../../endpoints/register-endpoint.dto.js';
import type { TestEndpoint } from '../../endpoints/test-endpoint.dto.js';
import {
  accountAlertEmail,
  endpointSettings,
  LINE_PATTERN,
  events,
  profileName,
  secret,
  url,
} from './endpoint-settings.js';
import { anyInstant, body, flag, listOf, nullable, text, whole } from './fields.js';

const WEEK_MS = 7 * 24 * 3600 * 1000;

export const bodies = {
  WebhookRegistration: body<RegisterEndpoint>(
    'A new webhook.',
    {
      url,
      events,
      profile: profileName(
        "Format of the requests. It cannot be changed later. Default: the account's default profile.",
      ),
      secret: nullable(
        secret('Your own secret. Default: a new one. `null`: unsigned, if the profile allows that.'),
      ),
      active: flag('`false`: paused. Default: `true`.'),
      ...endpointSettings,
    },
    ['url', 'events'],
  ),
  WebhookChange: body<ChangeEndpoint>('Fields that are left out stay as they are. `null` clears a field.', {
    url,
    events,
    secret: nullable(secret('Rotates to this secret. `null`: unsigned, if the profile allows that.')),
    active: flag('`true` resumes, `false` pauses.'),
    ...endpointSettings,
  }),
  WebhookSecretRotation: body<RotateSecret>('How to rotate a secret.', {
    secret: secret('Your own secret. Default: a new one.'),
    overlapMs: whole(
      'How long the old secrets stay valid (ms), at most 7 days. Use `0` if a secret has leaked. Default: 24 h, unless the host sets another time.',
      0,
      WEEK_MS,
    ),
  }),
  WebhookTest: body<TestEndpoint>('What to send as a test.', {
    type: text(
      'An event name of the profile. Default: `webhook.test` in the profiles `standard` and `standard-cloudevents`; in other profiles, an event that the webhook gets.',
      { maxLength: 128, pattern: LINE_PATTERN },
    ),
    data: {
      type: 'object',
      description: "The event's data. Default: the example of that type.",
      additionalProperties: true,
    },
  }),
  WebhookRecovery: body<RecoverDeliveries>(
    'Which deliveries to send again.',
    {
      since: anyInstant(
        'Deliveries that ended without success, or whose last attempt failed, at this time or later.',
      ),
      until: anyInstant(
        'Only deliveries that ended without success, or whose last attempt failed, before this time. Default: now.',
      ),
      states: listOf(
        '`pending`: deliveries that wait for their next attempt. Default: all three states.',
        { type: 'string', enum: RECOVERABLE },
        { minItems: 1, maxItems: 3 },
      ),
      dryRun: flag('Only count. Default: `false`.'),
    },
    ['since'],
  ),
  WebhookAccountChange: body<ChangeAccount>(
    'Fields that are left out stay as they are. `null` clears a field.',
    {
      alertEmail: accountAlertEmail,
      defaultProfile: nullable(
        profileName("Profile of new webhooks and of callbacks. `null`: the module's default."),
      ),
    },
  ),
};
