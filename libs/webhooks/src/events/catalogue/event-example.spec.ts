import { catalogueEntry } from './catalogue.js';
import { eventExample } from './event-example.js';
import { newUuid } from '../../core/ids.js';

describe('an example event', () => {
  it('is marked as a test, has a message id that is plainly fake, and is always the same if no uuid is given', () => {
    const example = eventExample('message.delivered');

    expect(example).toMatchObject({
      type: 'message.delivered',
      test: true,
      subject: 'msg_test_001234567890',
      data: { message: { id: 'msg_test_001234567890', status: 'delivered' } },
    });
    expect(eventExample('message.delivered')).toEqual(example);
  });

  it('has a new subject for each uuid, so that no receiver treats a second test as a duplicate', () => {
    const [first, second] = [newUuid(), newUuid()].map((uuid) => eventExample('message.sent', { uuid }));

    expect(first!.subject).toBe(`msg_test_${first!.uuid.slice(-12)}`);
    expect(first!.subject).not.toBe(second!.subject);
  });

  it('has an old heartbeat if the phone is offline, and a recent heartbeat if the phone is online', () => {
    const age = (type: 'phone.offline' | 'phone.online') => {
      const { occurredAt, data } = eventExample(type, { occurredAt: 1_700_000_000_000 });
      return occurredAt - Date.parse((data as { phone: { lastHeartbeatAt: string } }).phone.lastHeartbeatAt);
    };

    expect(age('phone.offline')).toBe(65 * 60_000);
    expect(age('phone.online')).toBe(0);
  });

  it('has the person’s number as its subject for number.opted_in, and no subject for webhook.test', () => {
    expect(eventExample('number.opted_in').subject).toBe('+18005550100');
    expect(eventExample('webhook.test').subject).toBeNull();
  });

  it('does not change the catalogue', () => {
    eventExample('message.sent', { uuid: newUuid() });

    expect(catalogueEntry('message.sent').example.message.id).toBe('msg_test_1234567890');
  });
});
