import { liveSecrets, rotateSecrets } from './secret-rotation.js';

const HOUR = 3_600_000;

describe('Rotating stored secrets', () => {
  it('puts the new secret first, and keeps the old secret valid until the overlap ends', () => {
    const first = rotateSecrets([], 'one', 1000, 24 * HOUR);
    expect(first).toEqual([{ sealed: 'one', createdAt: 1000, expiresAt: null }]);

    const second = rotateSecrets(first, 'two', 2000, 24 * HOUR);
    expect(liveSecrets(second, 2000).map(({ sealed }) => sealed)).toEqual(['two', 'one']);
    expect(liveSecrets(second, 2000 + 24 * HOUR).map(({ sealed }) => sealed)).toEqual(['two']);
  });

  it('never extends the life of an old secret', () => {
    const secrets = rotateSecrets(
      rotateSecrets(rotateSecrets([], 'one', 0, HOUR), 'two', 0, HOUR),
      'three',
      10,
      5 * HOUR,
    );
    expect(secrets.map(({ expiresAt }) => expiresAt)).toEqual([null, 10 + 5 * HOUR, HOUR]);
  });

  it('drops old secrets at once if the overlap is 0', () => {
    const secrets = rotateSecrets(
      rotateSecrets(rotateSecrets([], 'one', 0, HOUR), 'two', 0, HOUR),
      'three',
      10,
      0,
    );
    expect(secrets.map(({ sealed }) => sealed)).toEqual(['three']);
  });

  it('drops expired secrets', () => {
    const secrets = rotateSecrets(rotateSecrets([], 'one', 0, HOUR), 'two', 0, HOUR);
    expect(rotateSecrets(secrets, 'three', 2 * HOUR, HOUR).map(({ sealed }) => sealed)).toEqual([
      'three',
      'two',
    ]);
  });

  it('leaves no current secret if the new secret is null', () => {
    expect(rotateSecrets(rotateSecrets([], 'one', 0, HOUR), null, 10, 0)).toEqual([]);
  });
});
