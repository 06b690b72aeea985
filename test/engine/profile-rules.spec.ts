import { defineProfile } from '../../libs/webhooks/src/profiles/profile.js';
import { standard } from '../../libs/webhooks/src/profiles/dialects/standard.js';
import { delivered, useEngine } from './support/engine.js';
import { answer, cut, inTurn } from './support/receiver.js';

/** As a rule of a host's own may, on a status that it did not think of. */
const fails = (): never => {
  throw new Error('no such status');
};

describe('A rule of a profile that throws', () => {
  const engine = useEngine({
    options: {
      profiles: [
        defineProfile({ ...standard(), name: 'no-success', isSuccess: fails }),
        defineProfile({ ...standard(), name: 'no-verdict', onFailure: fails }),
      ],
    },
  });
  const complaints = (): string[] => engine().log.errors.splice(0);

  it('(isSuccess) makes nothing else of a 2xx: it is not sent again', async () => {
    await engine().endpoint('acme', '/hooks', { profile: 'no-success' });
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    engine().advance(3_600_000);
    await engine().runOnce();
    expect(engine().receiver.at('/hooks')).toHaveLength(1);
    expect(await engine().deliveries('acme')).toMatchObject([
      { state: 'delivered', attempts: [{ status: 200 }] },
    ]);
    expect(complaints()).toEqual(['Profile "no-success": isSuccess failed (no such status)']);
  });

  it.each([
    ['an answer', answer(500), { status: 500, error: 'http' }],
    ['no answer', cut, { status: null, error: 'reset' }],
  ])(
    '(onFailure) about %s: the attempt is on record, and the schedule goes on',
    async (_, behaviour, attempt) => {
      engine().receiver.on('/hooks', inTurn(behaviour, answer(200)));
      await engine().endpoint('acme', '/hooks', { profile: 'no-verdict' });
      await engine().publish(delivered('acme', 'm1'));
      await engine().runOnce();
      expect(await engine().deliveries('acme')).toMatchObject([{ state: 'pending', attempts: [attempt] }]);
      expect(complaints()).toEqual(['Profile "no-verdict": onFailure failed (no such status)']);
      engine().advance(6_001);
      await engine().runOnce();
      expect(await engine().deliveries('acme')).toMatchObject([{ state: 'delivered', attemptCount: 2 }]);
      expect(engine().receiver.at('/hooks')).toHaveLength(2);
    },
  );
});
