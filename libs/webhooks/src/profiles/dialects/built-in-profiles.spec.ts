import { eventExample } from '../../events/catalogue/event-example.js';
import { catalogueEntry, isCatalogueType } from '../../events/catalogue/catalogue.js';
import { msgine } from './msgine.js';
import { defineProfile } from '../profile.js';
import { builtInProfiles, createProfileRegistry } from './built-in-profiles.js';
import { standard } from './standard.js';
import { itForAll } from '../../../../../test/support/it-for-all.js';

describe('the profiles of a module', () => {
  it('are the seven built-in profiles by default', () => {
    expect([...createProfileRegistry().keys()]).toEqual([
      'standard',
      'standard-cloudevents',
      'msgine',
      'opensms',
      'mysmsgate',
      'mobile-text-alerts',
      'httpsms',
    ]);
  });

  it('include the host’s own profiles, and built-in profiles with the host’s options', () => {
    const [own, changed] = [defineProfile({ ...standard(), name: 'acme' }), msgine({ idMode: 'event' })];

    const profiles = createProfileRegistry([own, changed]);

    expect(profiles.get('msgine')).toBe(changed);
    expect(profiles.get('acme')).toBe(own);
    expect(profiles.size).toBe(8);
  });

  it('must have different names: the same name twice is an error', () => {
    expect(() => createProfileRegistry([msgine(), msgine()])).toThrow(
      'Webhook profiles: each name can be used once (got msgine, msgine).',
    );
  });
});

describe('a registration', () => {
  const rules = Object.fromEntries(builtInProfiles.map((profile) => [profile.name, profile.registration]));
  const secrets = Object.fromEntries(builtInProfiles.map((profile) => [profile.name, profile.secret]));

  itForAll([
    ['msgine', ['message.sent', 'message.delivered', 'message.failed']],
    ['opensms', ['sms.delivered', 'sms.failed', 'sms.pending']],
    ['mysmsgate', ['incoming-sms', 'delivery-report']],
    ['mobile-text-alerts', ['message-reply', 'delivery-status', 'message-send', 'number-opt-in']],
    [
      'httpsms',
      [
        'message.phone.received',
        'message.phone.sent',
        'message.phone.delivered',
        'message.send.failed',
        'message.send.expired',
        'message.call.missed',
        'phone.heartbeat.offline',
        'phone.heartbeat.online',
      ],
    ],
  ])('accepts exactly the event names in the document of its platform', ([name, events]) => {
    expect(rules[name]!.eventNames).toEqual(events);
  });

  it('keeps the platforms’ own limits', () => {
    expect(rules['msgine']).toMatchObject({ httpsOnly: true });
    expect(rules['mysmsgate']).toMatchObject({ onePerEvent: true, wildcards: false });
    expect(rules['mobile-text-alerts']).toMatchObject({
      maxEvents: 1,
      maxThroughputPerMinute: 600,
      wildcards: false,
    });
    expect(rules['httpsms']).toMatchObject({ maxEndpoints: 10, httpsOnly: false });
    expect(msgine({ httpsOnly: false }).registration.httpsOnly).toBe(false);
  });

  it('accepts the fields that its profile uses, and no others', () => {
    expect(rules['msgine']!.fields).toEqual(['alertEmail']);
    expect(rules['httpsms']!.fields).toEqual(['alertEmail', 'phoneNumbers']);
    expect(rules['mobile-text-alerts']!.fields).not.toContain('phoneNumbers');
    expect(rules['standard']!.fields).toHaveLength(6);
  });

  it('requires a secret as its platform does', () => {
    const asked = Object.entries(secrets).map(([name, { owner, required, callerSupplied }]) => [
      name,
      owner,
      required,
      callerSupplied,
    ]);

    expect(asked).toEqual([
      ['standard', 'endpoint', true, false],
      ['standard-cloudevents', 'endpoint', true, false],
      ['msgine', 'account', true, false],
      ['opensms', 'endpoint', false, false],
      ['mysmsgate', 'account', true, false],
      ['mobile-text-alerts', 'endpoint', true, true],
      ['httpsms', 'endpoint', false, false],
    ]);
  });

  it('gets a secret that every profile can sign with, because an account may change its default profile', () => {
    for (const { generate } of Object.values(secrets)) {
      const secret = generate();
      for (const { check } of Object.values(secrets)) expect(check(secret)).toBeNull();
    }
  });

  itForAll([
    ['mobile-text-alerts', 'abc123-abc2-cde1-1234-xyz123456', null],
    ['mobile-text-alerts', 'ab'.repeat(64), null],
    ['mobile-text-alerts', '', 'The secret must be 1 to 512 printable characters'],
    ['httpsms', 'clé 🔑', null],
    ['httpsms', 'k'.repeat(256), 'The secret must be 1 to 255 printable characters'],
    ['httpsms', ' padded ', 'with no space at either end'],
    ['msgine', 'whsec_test_secret', null],
    ['msgine', 'short', 'The secret must be 16 to 255 printable characters'],
    ['opensms', `line\nbreak${'x'.repeat(16)}`, 'printable characters'],
    ['mysmsgate', `half a pair \ud83d${'x'.repeat(16)}`, 'printable characters'],
  ])('accepts exactly the secrets that the document of its platform allows', ([name, secret, complaint]) => {
    const found = secrets[name]!.check(secret);

    if (complaint === null) expect(found).toBeNull();
    else expect(found).toContain(complaint);
  });
});

describe('the test event of an endpoint', () => {
  itForAll(builtInProfiles)(
    'exists for each event name of each profile, with ids that are plainly fake',
    (profile) => {
      for (const [name, type] of Object.entries(profile.testTypes ?? { 'message.sent': 'message.sent' })) {
        const wire = profile
          .render(eventExample(type as 'message.sent'))
          .find((request) => request.type === name);
        const { message, phone } = catalogueEntry(type as 'message.sent').example as Record<string, unknown>;

        if (message !== undefined && name !== 'incoming-sms')
          expect(wire!.body).toContain('"msg_test_001234567890"');
        else if (phone !== undefined) expect(wire!.body).toContain('"phone_test_001234567890"');
        else expect(wire!.body).toContain('"+18005550100"');
      }
    },
  );
});

describe('defining a profile', () => {
  itForAll([
    ['name', { name: 'My Profile' }, 'must be lower-case words and dashes'],
    ['timeoutMs', { timeoutMs: 0 }, 'must be 100 to 60000 milliseconds'],
    ['schedule', { schedule: [1000, -1] }, 'must contain waits of 0 ms or more'],
    ['jitter.share', { jitter: { share: 2, direction: 'both' as const } }, 'must be between 0 and 1'],
    ['testType', { testType: 'message.delivered', testTypes: {} }, 'must be one of the types in testTypes'],
  ])('refuses wrong fields with a sentence that says what to do', ([field, change, fix]) => {
    const defining = () => defineProfile({ ...standard(), ...change });

    expect(defining).toThrow(TypeError);
    expect(defining).toThrow(`${field} ${fix}`);
  });

  it('returns a frozen profile', () => {
    expect(Object.isFrozen(msgine())).toBe(true);
    expect(isCatalogueType(msgine().testType)).toBe(true);
  });
});
