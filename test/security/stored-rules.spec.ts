import { Logger } from '@nestjs/common';
import { AesGcmSecretBox } from '../../libs/webhooks/src/secrets/aes-gcm-secret-box.js';
import { sealContext } from '../../libs/webhooks/src/secrets/secret-box.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { DialRecorder } from '../http/dial-recorder.js';
import { startHost, type WebhooksHost } from '../support/webhooks-host.js';

/** Public answers for one name, a private one for the other. */
const lookup = async (hostname: string) => [
  { address: hostname === 'inside.example.com' ? '10.20.30.40' : '93.184.216.34', family: 4 as const },
];

async function publish(host: WebhooksHost): Promise<void> {
  await host.dataSource.transaction((tx) =>
    host.webhooks.publish(tx, { type: 'webhook.test', tenantId: 'a', data: { message: 'x' } }),
  );
  await host.webhooks.runOnce();
}

describe('What was registered is judged again before each attempt', () => {
  let host: WebhooksHost;
  const recorder = new DialRecorder();
  beforeEach(async () => {
    host = await startHost({ options: { network: { allowedAddresses: [], lookup } }, logger: false });
  });
  afterEach(() => host.close());

  async function register(url: string): Promise<string> {
    const { body } = await host
      .as('a')
      .post('/webhooks', { url, events: ['*'] })
      .expect(201);
    return body.id;
  }

  /** What is dialled meanwhile, but for the database. */
  async function dialled(work: () => Promise<unknown>): Promise<string[]> {
    const { url } = host.dataSource.options as { url: string };
    await recorder.start(Number(new URL(url).port));
    try {
      await work();
      return recorder.take();
    } finally {
      recorder.stop();
    }
  }

  /** What the operator's log says meanwhile, at level debug. */
  async function logged(work: () => Promise<unknown>): Promise<string> {
    const debug = jest.spyOn(Logger.prototype, 'debug').mockImplementation();
    await work();
    const lines = debug.mock.calls.map(String);
    debug.mockRestore();
    return lines.join('\n');
  }

  const log = async () => (await host.as('a').get('/webhooks/deliveries').expect(200)).body.data;

  it.each([
    'https://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1:6379/',
    'https://[::ffff:10.0.0.1]/',
    'https://metadata.google.internal/',
    'https://user:word@example.com/',
    'file:///etc/passwd',
    'no URL at all',
  ])('a row that says %s: nothing is dialled, and the delivery says why', async (url) => {
    await register('https://example.com/hooks');
    await host.dataSource.query('update webhook_endpoints set url = $1', [url]);
    const said = await logged(async () => expect(await dialled(() => publish(host))).toEqual([]));
    expect(said).toMatch(/Delivery dlv_\d+ was not sent: ./);
    expect(await log()).toMatchObject([{ state: 'discarded', reason: 'url-refused', attemptCount: 0 }]);
  });

  it('a row that goes somewhere else between two attempts', async () => {
    await register('https://example.com/hooks');
    expect(await dialled(() => publish(host))).toEqual(['93.184.216.34']);
    await host.dataSource.query(`update webhook_endpoints set url = 'https://10.0.0.1/'`);
    await host.dataSource.query(`update webhook_deliveries set next_at = 0`);
    await host.dataSource.query(`update webhook_lanes set next_due_at = 0`);
    expect(await dialled(() => host.webhooks.runOnce())).toEqual([]);
    expect(await log()).toMatchObject([{ state: 'discarded', reason: 'url-refused', attemptCount: 1 }]);
  });

  it('a name that leads inside: its owner is told no address, which would make the log a map of the network', async () => {
    await register('https://inside.example.com/hooks');
    const said = await logged(async () => expect(await dialled(() => publish(host))).toEqual([]));
    expect(said).toMatch(/Delivery dlv_\d+ was not sent: inside.example.com resolves to 10.20.30.40/);
    const list = await log();
    expect(list).toMatchObject([{ state: 'pending', lastAttempt: { status: null, error: 'blocked' } }]);
    const { body } = await host.as('a').get(`/webhooks/deliveries/${list[0].id}`).expect(200);
    expect(JSON.stringify([list, body])).not.toContain('10.20.30.40');
  });
});

describe('Headers in the database that no registration would take', () => {
  let host: WebhooksHost;
  let receiver: Receiver;
  beforeEach(async () => {
    [host, receiver] = await Promise.all([startHost(), startReceiver()]);
  });
  afterEach(() => Promise.all([host.close(), receiver.close()]));

  it('do not take the place of ours', async () => {
    const fields = { url: receiver.url, events: ['*'], headers: { 'x-token': '1' } };
    const { body } = await host.as('a').post('/webhooks', fields).expect(201);
    const stored = {
      'x-token': '2',
      'webhook-id': 'evil',
      'webhook-timestamp': '1',
      'webhook-signature': 'v1,evil',
      'content-type': 'text/html',
      'user-agent': 'evil',
    };
    const box = new AesGcmSecretBox({ current: 'k1', keys: new Map([['k1', Buffer.alloc(32, 0xab)]]) });
    const [row] = await host.dataSource.query<{ id: string }[]>('select id from webhook_endpoints');
    const sealed = box.seal(JSON.stringify(stored), sealContext('a', row!.id));
    await host.dataSource.query('update webhook_endpoints set headers = $1', [sealed]);
    await publish(host);
    expect(receiver.received).toMatchObject([
      {
        headers: {
          'x-token': '2',
          'webhook-id': expect.stringMatching(/^evt_/),
          'content-type': 'application/json',
          'user-agent': expect.stringContaining('nestjs-sms-webhooks'),
        },
      },
    ]);
    expect(JSON.stringify(receiver.received)).not.toContain('evil');
    expect(body.secret).toMatch(/^whsec_/);
  });
});
