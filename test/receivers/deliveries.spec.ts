import type { WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import type { WebhookMessage } from '../../libs/webhooks/src/events/message.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { useEngine } from '../engine/support/engine.js';
import { documentedReceivers, type DocumentedReceiver } from './documented-receivers.js';
import { secretOf } from './signed-request.js';

const out = { id: 'm1', direction: 'out', from: '+18005550199', to: '+256701521269' } as const;
const reply = {
  id: 'm2',
  direction: 'in',
  from: out.to,
  to: out.from,
  body: 'Ça va? 🙂 <a&b>',
  deviceId: 'phone-1',
  sim: 0,
} as const;
const failure = { errorMessage: 'Numéro / "inconnu" 🙂 <a&b>', errorCode: 'unreachable', refunded: true };

/** The events of one message, and of the reply to it. */
const STORY: [Parameters<typeof messageEvent>[0], WebhookMessage][] = [
  ['message.queued', out],
  ['message.sent', { ...out, providerId: 'SM1' }],
  ['message.delivered', { ...out, statusText: 'DELIVERED_TO_HANDSET' }],
  ['message.failed', { ...out, ...failure }],
  ['message.received', reply],
];

/**
 * For each path of a documented receiver: the events that the receiver registers for, how many deliveries it gets for the
 * story, and what it logs.
 */
const WORK: Record<string, { events: string[]; deliveries: number; lines: string[] }> = {
  '/webhooks/msgine': {
    events: ['*'],
    deliveries: 3,
    lines: ['m1 sent to carrier', `m1 delivered to ${out.to}`, `m1 failed: ${failure.errorMessage}`],
  },
  '/webhooks/sms': { events: ['*'], deliveries: 3, lines: ['m1 is delivered', 'm1 is failed'] },
  '/sms/receive': {
    events: ['incoming-sms'],
    deliveries: 1,
    lines: [`${reply.from} to ${reply.to} (phone-1, SIM 0): ${reply.body}`],
  },
  '/sms/status': {
    events: ['delivery-report'],
    deliveries: 2,
    lines: [
      `m1 to ${out.to} delivered (DELIVERED_TO_HANDSET), refunded: No`,
      `m1 to ${out.to} failed (UNDELIVERABLE), refunded: Yes`,
    ],
  },
  '/app/hooks': {
    events: ['delivery-status'],
    deliveries: 4,
    lines: [1, 3, 4, 9].map((status) => `m1 has status ${status}`),
  },
  '/httpsms': {
    events: ['*'],
    deliveries: 4,
    lines: [
      'message.phone.sent from /v1/messages/m1/events',
      'message.phone.delivered from /v1/messages/m1/events',
      'message.send.failed from /v1/messages/m1/events',
      'message.phone.received from /v1/messages/receive',
    ],
  },
};

const ACCOUNT_SECRET: WebhookProfile[] = ['msgine', 'mysmsgate'];

describe('What the engine delivers', () => {
  const engine = useEngine({ options: { profiles: [msgine({ httpsOnly: false })] } });

  it.each(documentedReceivers.filter(({ available }) => available))(
    'is accepted at $path by the $language receiver of the $profile document, and the receiver handles the events in order',
    async ({ profile, language, path, start }: DocumentedReceiver) => {
      const tenantId = `${profile} in ${language}`;
      const { webhooks } = engine();
      const ofAccount = ACCOUNT_SECRET.includes(profile);
      const secret = ofAccount ? (await webhooks.accounts.secret(tenantId)).secret! : secretOf[profile];
      const receiver = await start(secret);
      const { events, deliveries, lines } = WORK[path]!;
      await webhooks.endpoints.create(tenantId, {
        url: receiver.url + path,
        profile,
        events,
        ...(!ofAccount && !profile.startsWith('standard') && { secret }),
      });
      const story = STORY.map(([type, message]) => ({
        ...messageEvent(type, { tenantId, message }),
        subject: 'm1',
      }));
      await engine().publish(...story);
      await engine().runOnce();
      await receiver.stop();

      const sent = await engine().deliveries(tenantId);
      expect(sent.map(({ state }) => state)).toEqual(Array(deliveries).fill('delivered'));
      expect(receiver.worked).toEqual(lines);
    },
  );
});

const missing = documentedReceivers.filter(({ available }) => !available);
if (missing.length > 0)
  it.skip.each(missing)(
    'the $language receiver of the $profile document: needs PHP, or Python with Flask (and PyJWT for httpSMS)',
    () => undefined,
  );
