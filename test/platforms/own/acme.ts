import {
  bodySignature,
  defineProfile,
  messageOf,
  plainRegistration,
  platformPolicy,
  renderByType,
  textSecret,
  wireEvent,
  type WireEvent,
} from 'nestjs-sms-webhooks/profiles';
import type { WebhookEvent } from 'nestjs-sms-webhooks';

/** Our event names, each with the catalogue type that it stands for. */
const EVENTS = { delivered: 'message.delivered', undelivered: 'message.failed' } as const;

function report(event: WebhookEvent, name: keyof typeof EVENTS): WireEvent[] {
  const { id, to, errorCode } = messageOf(event);
  return [wireEvent(name, { event: name, id: String(id), to, error: errorCode, at: event.occurredAt })];
}

export const acme = defineProfile({
  ...platformPolicy,
  name: 'acme',
  title: 'Acme SMS',
  render: renderByType({
    'message.delivered': (event) => report(event, 'delivered'),
    'message.failed': (event) => report(event, 'undelivered'),
  }),
  headers: bodySignature({ header: 'X-Acme-Signature', prefix: 'sha256=' }),
  secret: textSecret({ owner: 'endpoint', required: true, shortest: 16, longest: 255 }),
  registration: { ...plainRegistration, eventNames: Object.keys(EVENTS) },
  isSuccess: (status) => status === 200,
  onFailure: ({ status }) => (status === 400 ? 'fail' : 'retry'),
  schedule: [10_000, 60_000, 600_000],
  testType: 'message.delivered',
  testTypes: EVENTS,
});
