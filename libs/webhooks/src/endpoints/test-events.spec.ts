import { createProfileRegistry } from '../profiles/dialects/built-in-profiles.js';
import { itForAll } from '../../../../test/support/it-for-all.js';
import { chooseTestType } from './test-events.js';

describe('The test event of an endpoint', () => {
  const profiles = createProfileRegistry();

  itForAll([
    ['standard', ['*'], undefined, 'webhook.test'],
    ['standard', ['*'], 'message.failed', 'message.failed'],
    ['msgine', ['*'], undefined, 'message.delivered'],
    ['msgine', ['message.sent'], undefined, 'message.sent'],
    ['opensms', ['sms.delivered'], undefined, 'message.delivered'],
    ['opensms', ['sms.pending'], undefined, 'message.queued'],
    ['opensms', ['sms.delivered'], 'sms.failed', 'message.failed'],
    ['mysmsgate', ['incoming-sms'], undefined, 'message.received'],
    ['mysmsgate', ['delivery-report'], undefined, 'message.delivered'],
    ['mobile-text-alerts', ['number-opt-in'], undefined, 'number.opted_in'],
    ['httpsms', ['phone.heartbeat.offline'], undefined, 'phone.offline'],
    ['httpsms', ['message.phone.sent', 'message.phone.received'], undefined, 'message.received'],
    ['opensms', ['sms.delivered'], 'message.failed', null],
    ['opensms', ['sms.delivered'], 'constructor', null],
  ])(
    'has the type that is asked for, or one that the endpoint subscribes to',
    ([name, events, asked, type]) => {
      expect(chooseTestType(profiles.get(name)!, events, asked)).toBe(type);
    },
  );
});
