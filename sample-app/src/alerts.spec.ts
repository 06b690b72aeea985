import { type Receiver, startReceiver } from '../../test/api/receiver.js';
import { type MailServer, startMailServer } from '../../test/support/mail-server.js';
import type { RunningBackend } from '../../test/support/sample-app.js';

/** The app's modules read SMTP_URL when they load, so `beforeAll` loads them. On a busy machine, loading takes long. */
const LOADING_MS = 120_000;

let mailServer: MailServer;
let receiver: Receiver;
let backend: RunningBackend;

beforeAll(async () => {
  [mailServer, receiver] = await Promise.all([startMailServer(), startReceiver()]);
  process.env.SMTP_URL = mailServer.url;
  const { startBackend } = await import('../../test/support/sample-app.js');
  backend = await startBackend();
}, LOADING_MS);
afterAll(async () => {
  delete process.env.SMTP_URL;
  await backend.close();
  await Promise.all([mailServer.stop(), receiver.close()]);
});

it('With SMTP_URL, the sample backend mails the owner of a webhook that was disabled', async () => {
  receiver.answer(410);
  const webhook = { url: receiver.url, events: ['*'], alertEmail: 'owner@example.com' };
  await backend.post('/webhooks', webhook).expect(201);
  await backend.post('/messages/sms', { to: '+99900000001', message: 'Hello' }).expect(201);
  while (mailServer.mails.length === 0) await new Promise((resolve) => setImmediate(resolve));

  const [mail] = mailServer.mails;
  expect(mail).toMatchObject({ from: 'webhooks@example.com', to: ['owner@example.com'] });
  expect(mail!.headers.subject).toContain('disabled');
  expect(mail!.text).toContain(new URL(receiver.url).origin);
});
