import { verifyWebhook, type VerifyOptions, type WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { catalogue } from '../../libs/webhooks/src/events/catalogue/catalogue.js';
import { eventExample } from '../../libs/webhooks/src/events/catalogue/event-example.js';
import type { WebhookEvent } from '../../libs/webhooks/src/events/event.js';
import type { CatalogueEventType } from '../../libs/webhooks/src/events/event-map.js';
import { newUuid } from '../../libs/webhooks/src/core/ids.js';
import type { Profile } from '../../libs/webhooks/src/profiles/profile.js';
import { builtInProfiles } from '../../libs/webhooks/src/profiles/dialects/built-in-profiles.js';
import { standard } from '../../libs/webhooks/src/profiles/dialects/standard.js';
import {
  assertHeaders,
  assertProfile,
  type ProvenRequest,
} from '../../libs/webhooks/src/testing/profile-kit.js';

const profiles: [string, Profile][] = [
  ...builtInProfiles.map((profile): [string, Profile] => [profile.name, profile]),
  ['standard with v1a', standard({ scheme: 'v1a' })],
];

describe.each(profiles)('The receiver library and the profile %s', (_name, profile) => {
  const coversBody = profile.name !== 'httpsms';
  const verify = ({ headers, body, secret, now, url }: ProvenRequest) => {
    const token = coversBody ? {} : { audience: url, issuer: 'api.httpsms.com' };
    const options = {
      profile: profile.name as WebhookProfile,
      headers,
      body,
      secrets: secret,
      now,
      ...token,
    };
    return verifyWebhook(options as VerifyOptions);
  };

  it('agree on every event of the catalogue', async () => {
    await assertProfile(profile, verify, { coversBody });
  });

  it('agree on the event type of each request', async () => {
    for (const { name } of catalogue) {
      const requests = await assertHeaders(profile, eventExample(name as CatalogueEventType), verify, {
        coversBody,
      });
      for (const request of requests) expect(verify(request).type).toBe(request.wireType);
    }
  });

  it('give an event the same id on a retry, and give different ids to a message’s events that differ in name or status', async () => {
    const outcomes = new Map<string, unknown>();
    for (const event of history()) {
      const secrets = [profile.secret.generate()];
      const [first, retry] = await Promise.all(
        [0, 3_600_000].map((later) =>
          assertHeaders(profile, event, verify, { coversBody, secrets, now: event.occurredAt + later }),
        ),
      );
      first!.forEach((request, index) => {
        const { id, payload } = verify(request);
        expect(verify(retry![index]!).id).toBe(id);
        const outcome = [request.wireType, (payload as { status?: unknown }).status];
        expect(outcomes.get(id) ?? outcome).toEqual(outcome);
        outcomes.set(id, outcome);
      });
    }
    expect(outcomes.size).toBeGreaterThan(1);
  });
});

/** One event of each type. Every event about a message is about the message `msg_1`. */
function history(): WebhookEvent[] {
  return catalogue.map(({ name }) => {
    const event = eventExample(name as CatalogueEventType, { uuid: newUuid() });
    const { message } = event.data as { message?: unknown };
    if (typeof message !== 'object' || message === null) return event;
    return { ...event, data: { message: { ...message, id: 'msg_1' } } } as WebhookEvent;
  });
}
