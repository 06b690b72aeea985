import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import { delivered, useEngine } from './support/engine.js';
import { answer } from './support/receiver.js';

const MINUTE = 60_000;
const NUMBER = '+18005550199';

/** As a slip in a console leaves a column that holds JSON. */
const DAMAGED = 'not JSON';

describe('A row that somebody damaged', () => {
  const engine = useEngine();
  const complaints = (): string => engine().log.errors.splice(0).join('\n');

  it('of an account stops nobody else: its own callbacks wait and say why, until it is mended', async () => {
    const callbackUrl = engine().receiver.url('/callback');
    await engine().endpoint('good', '/good');
    await engine().publish(delivered('damaged', 'm1', { callbackUrl }));
    await engine().runOnce();
    const [before] = await engine().query<{ secrets: string }>(
      `select secrets from $accounts where tenant_id = 'damaged'`,
    );
    const setSecrets = (text: string) =>
      engine().query(`update $accounts set secrets = $1 where tenant_id = 'damaged'`, [text]);
    await setSecrets(DAMAGED);

    await engine().publish(
      delivered('damaged', 'm2', { callbackUrl }),
      delivered('good', 'm3'),
      delivered('other', 'm4', { callbackUrl }),
    );
    await engine().runOnce();
    expect(engine().receiver.at('/good')).toHaveLength(1);
    expect(engine().receiver.at('/callback')).toHaveLength(2);
    expect(await engine().deliveries('damaged')).toMatchObject([
      { state: 'delivered' },
      { state: 'pending', reason: 'endpoint-unreadable', attemptCount: 0 },
    ]);
    expect(complaints()).toContain('Nothing can be sent to callbacks of tenant damaged: ');

    await setSecrets(before!.secrets);
    engine().advance(MINUTE);
    await engine().runOnce();
    expect(engine().receiver.at('/callback')).toHaveLength(3);
  });

  it('of an event that was handed out already: what became of it is recorded, and so is all else', async () => {
    engine().receiver.on('/httpsms', answer(500));
    await engine().endpoint('acme', '/httpsms', {
      profile: 'httpsms',
      events: ['message.phone.sent'],
      phoneNumbers: [NUMBER],
      secret: 'a-text-secret-long-enough',
    });
    const message = { id: 7, direction: 'out', from: NUMBER, to: '+18005550100' } as const;
    await engine().publish(messageEvent('message.sent', { tenantId: 'acme', message }));
    await engine().runOnce();
    await engine().query('update $events set data = $1', [DAMAGED]);

    for (let tries = 1; tries < 5; tries++) {
      engine().advance(60 * MINUTE);
      await engine().runOnce();
    }
    expect(await engine().deliveries('acme')).toMatchObject([{ state: 'exhausted' }]);
    expect(await engine().webhooks.subjects.list('acme', '7')).toMatchObject({
      data: [{ type: 'message.sent' }],
    });
    complaints();
  });

  it('of an alert: the others are sent, and it is given up in the end', async () => {
    const { id } = await engine().endpoint('acme', '/hooks');
    await engine().webhooks.operator.disable(id);
    await engine().query('update $alerts set data = $1', [DAMAGED]);
    const other = await engine().endpoint('other', '/hooks');
    await engine().webhooks.operator.disable(other.id);
    for (let tries = 0; tries < 9; tries++) {
      await engine().runOnce();
      engine().advance(24 * 60 * MINUTE);
    }
    expect(
      await engine().query(
        'select tenant_id, sent_at is not null as sent, next_at from $alerts order by tenant_id',
      ),
    ).toEqual([
      { tenant_id: 'acme', sent: false, next_at: null },
      { tenant_id: 'other', sent: true, next_at: null },
    ]);
    expect(complaints()).toContain('its text cannot be composed: its data in the database is not JSON');
  });

  it('of an endpoint with a backlog: a few of it are tried each minute, and all go out within one of a rotation', async () => {
    const { id } = await engine().endpoint('acme', '/hooks');
    await engine().webhooks.endpoints.pause('acme', id);
    await engine().publish(...Array.from({ length: 300 }, (_, i) => delivered('acme', `m${i}`)));
    await engine().runOnce();
    await engine().query(`update $endpoints set secrets = replace(secrets, 'v1.k1.', 'v1.k1.AAAA')`);
    await engine().webhooks.endpoints.resume('acme', id);
    for (let minute = 0; minute < 3; minute++) {
      const { claimed, returned } = await engine().runOnce();
      expect([claimed, returned]).toEqual([expect.any(Number), claimed]);
      expect(claimed).toBeGreaterThan(0);
      expect(claimed).toBeLessThan(20);
      engine().advance(MINUTE);
    }
    await engine().publish(delivered('acme', 'new'));
    expect(await engine().runOnce()).toMatchObject({ relayed: 1, delivered: 0 });
    expect(engine().receiver.arrivals).toEqual([]);
    expect(complaints()).toContain('cannot be opened');

    await engine().webhooks.endpoints.rotateSecret('acme', id, { overlapMs: 0 });
    engine().advance(MINUTE);
    expect(await engine().runOnce()).toMatchObject({ delivered: 301 });
  });

  it('of secrets is named by a re-encryption, which goes on with the others', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().endpoint('other', '/hooks');
    await engine().query(`update $endpoints set secrets = $1 where tenant_id = 'acme'`, [DAMAGED]);
    expect(await engine().webhooks.operator.reencryptSecrets()).toEqual({
      resealed: 0,
      unreadable: [expect.stringMatching(/^acme:/)],
    });
  });
});
