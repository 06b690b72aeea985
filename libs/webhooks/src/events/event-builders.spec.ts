import { messageEvent, optInEvent, phoneEvent } from './event-builders.js';
import type { WebhookEventInput } from './event.js';
import type { WebhookMessage } from './message.js';

const message: WebhookMessage = { id: 42, direction: 'out', from: '+18005550199', to: '+18005550100' };
const phone = { id: 'p1', number: '+18005550199', monitorId: 'm1', lastHeartbeatAt: 0 };

describe('an event of a host’s message', () => {
  it('has the message’s id as its subject, has the status that its type implies, and keeps the rest', () => {
    const occurredAt = new Date(0);
    const input = messageEvent('message.delivered', {
      tenantId: 't1',
      message,
      occurredAt,
      callbackUrl: 'https://a.example',
    });

    const expected: WebhookEventInput = {
      type: 'message.delivered',
      tenantId: 't1',
      subject: '42',
      occurredAt,
      callbackUrl: 'https://a.example',
      data: { message: { ...message, status: 'delivered' } },
    };
    expect(input).toEqual(expected);
  });

  it('keeps the status and the subject that the host gives', () => {
    const rejected = { ...message, status: 'rejected' as const };

    expect(
      messageEvent('message.failed', { tenantId: 't1', message: rejected, subject: 'order-7' }),
    ).toMatchObject({
      subject: 'order-7',
      data: { message: { status: 'rejected' } },
    });
  });

  it('has no status if it is a missed call, and never changes the host’s object', () => {
    const call = Object.freeze({ ...message });

    expect(messageEvent('call.missed', { tenantId: 't1', message: call }).data.message).toBe(call);
    expect(messageEvent('message.sent', { tenantId: 't1', message: call }).data.message).not.toBe(call);
  });
});

describe('an event of a phone or a number', () => {
  it('has the phone’s id as its subject', () => {
    expect(phoneEvent('phone.offline', { tenantId: 't1', phone })).toEqual({
      type: 'phone.offline',
      tenantId: 't1',
      subject: 'p1',
      data: { phone },
    });
  });

  it('has the person’s number as its subject', () => {
    const optIn = { type: 'keyword', from: '+18005550100', to: '+18005550199' };

    expect(optInEvent({ tenantId: 't1', optIn, source: '/v1/opt-ins' })).toEqual({
      type: 'number.opted_in',
      tenantId: 't1',
      subject: '+18005550100',
      source: '/v1/opt-ins',
      data: { optIn },
    });
  });
});
