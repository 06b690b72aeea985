import { builtInProfiles } from '../../libs/webhooks/src/profiles/dialects/built-in-profiles.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { type MailServer, startMailServer } from '../support/mail-server.js';
import { liveThrough, usePlatformRoutes } from './customers.js';
import { ECHO, Life, SHOWN, WIRE } from './life.js';
import { Places } from './places.js';
import { keyOfPassphrase } from './secret-forms.js';

const HOUR = 3_600_000;
const HEX_KEY = '0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0';
const BASE64_KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => 251 - i * 7)).toString('base64');
const PASSPHRASE = 'a passphrase of more than 32 characters, for the oldest key';
const TOO_SHORT = 'a-key-that-is-too-short-0123';
const k0 = { id: 'k0', key: PASSPHRASE };
const k1 = { id: 'k1', key: HEX_KEY };
const k2 = { id: 'k2', key: BASE64_KEY };

/** Values of `encryption` with which the module cannot start if there are secrets under `k0`. */
const REFUSED = [
  undefined,
  { current: k1 },
  { current: { id: 'k0', key: HEX_KEY } },
  { current: { id: HEX_KEY, key: HEX_KEY } },
  { current: { id: 'k3', key: TOO_SHORT }, previous: [k0] },
];

describe('A secret appears only where it was requested', () => {
  const places = new Places();
  let database: TestDatabase;
  let receiver: Receiver;
  let mail: MailServer;

  beforeAll(async () => {
    [database, receiver, mail] = await Promise.all([createDatabase(), startReceiver(), startMailServer()]);
  });
  afterAll(() => Promise.all([database.drop(), receiver.close(), mail.stop()]));

  /**
   * Uses every profile with successes and failures, makes mail and database fail, changes the key twice, and removes a tenant.
   */
  async function wholeLife(life: Life): Promise<void> {
    await life.start({ current: k0 });
    for (const profile of builtInProfiles) await liveThrough(life, profile);
    await usePlatformRoutes(life);
    await mail.stop();
    receiver.answer(500);
    await life.publish('tenant-standard');
    await life.later(HOUR);
    await mail.start();
    await life.later(HOUR);
    await life.breakDatabase();
    await life.dump();
    await life.app.close();

    for (const encryption of REFUSED) {
      const refusal = await life.start(encryption).catch((error: Error) => error);
      expect(String(refusal)).toContain('WebhooksModule: ');
      places.add('errors', refusal);
    }
    await life.start({ current: k1, previous: [k0] });
    places.add('other answers', await life.webhooks.operator.reencryptSecrets());
    await life.app.close();
    await life.start({ current: k2, previous: [k1] });
    await life.moveSecrets();
    await life.dump();
    places.add('counts', await life.webhooks.operator.deleteTenant('tenant-standard'));
    await life.dump();
    await life.app.close();
  }

  it('from the first registration to the last rotation', async () => {
    const life = new Life(places, database, receiver, mail);
    for (const key of [HEX_KEY, BASE64_KEY, TOO_SHORT, PASSPHRASE, keyOfPassphrase(PASSPHRASE)])
      life.secret(key);
    const endListening = places.listenToProcess();
    await wholeLife(life).finally(endListening);
    for (const { raw, text } of mail.mails) places.add('mails', raw, text);
    for (const { path, headers, body } of receiver.received) places.add(WIRE, path, headers, body);

    // All of these places have output, so that the absence of a secret means something.
    const spoken = 'alerts,audit,counts,errors,in-process events,mails,other answers,tables';
    const logs = 'log of statements,log: debug,log: error,log: log,log: warn';
    const all = [...spoken.split(','), ...logs.split(','), ECHO, SHOWN, WIRE];
    expect(Object.keys(places.sizes()).toSorted()).toEqual(all.toSorted());
    expect(life.secrets.size).toBeGreaterThan(70);
    for (const [text, allowed] of life.secrets) {
      expect([text, places.whereIs(text).toSorted()]).toEqual([text, allowed.toSorted()]);
    }
  });
});
