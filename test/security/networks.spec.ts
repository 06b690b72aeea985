import { Logger } from '@nestjs/common';
import { AesGcmSecretBox } from '../../libs/webhooks/src/secrets/aes-gcm-secret-box.js';
import { sealContext } from '../../libs/webhooks/src/secrets/secret-box.js';
import { type Receiver, startReceiver } from '../api/receiver.js';
import { DialRecorder } from '../http/dial-recorder.js';
import { emptyHost, startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { type HttpTransport, TRANSPORT } from '../../libs/webhooks/src/http/transport.js';
import { Engine, delivered, NOTHING_LEFT } from '../engine/support/engine.js';
import { answer } from '../engine/support/receiver.js';
import { ForwardProxy } from '../http/forward-proxy.js';

/** Resolves inside.example.com to a private address, and every other name to a public address. */
const lookup = async (hostname: string) => [
  { address: hostname === 'inside.example.com' ? '10.20.30.40' : '93.184.216.34', family: 4 as const },
];

async function publish(host: WebhooksHost): Promise<void> {
  await host.dataSource.transaction((tx) =>
    host.webhooks.publish(tx, { type: 'webhook.test', tenantId: 'a', data: { message: 'x' } }),
  );
  await host.webhooks.runOnce();
}

describe('The URL of an endpoint is checked again before each attempt:', () => {
  let host: WebhooksHost;
  const recorder = new DialRecorder();
  beforeAll(async () => {
    host = await startHost({ options: { network: { allowedAddresses: [], lookup } }, logger: false });
  });
  afterEach(() => emptyHost(host));
  afterAll(() => host.close());

  async function register(url: string): Promise<string> {
    const { body } = await host
      .as('a')
      .post('/webhooks', { url, events: ['*'] })
      .expect(201);
    return body.id;
  }

  /** The addresses that are dialled during `work`, except the database's. */
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

  /** The lines that are logged at level `debug` during `work`. */
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
  ])(
    'if the database has the URL %s, nothing is dialled, and the delivery is discarded as url-refused',
    async (url) => {
      await register('https://example.com/hooks');
      await host.dataSource.query('update webhook_endpoints set url = $1', [url]);
      const said = await logged(async () => expect(await dialled(() => publish(host))).toEqual([]));
      expect(said).toMatch(/Delivery dlv_\d+ failed: ./);
      expect(await log()).toMatchObject([{ state: 'discarded', reason: 'url-refused', attemptCount: 0 }]);
    },
  );

  it('if the URL in the database changes to a private address after the first attempt, nothing more is dialled', async () => {
    await register('https://example.com/hooks');
    expect(await dialled(() => publish(host))).toEqual(['93.184.216.34']);
    await host.dataSource.query(`update webhook_endpoints set url = 'https://10.0.0.1/'`);
    await host.dataSource.query(`update webhook_deliveries set next_at = 0`);
    await host.dataSource.query(`update webhook_lanes set next_due_at = 0`);
    expect(await dialled(() => host.webhooks.runOnce())).toEqual([]);
    expect(await log()).toMatchObject([{ state: 'discarded', reason: 'url-refused', attemptCount: 1 }]);
  });

  it('if the host name resolves to a private address, nothing is dialled, and the customer does not see the address', async () => {
    await register('https://inside.example.com/hooks');
    const said = await logged(async () => expect(await dialled(() => publish(host))).toEqual([]));
    expect(said).toMatch(/Delivery dlv_\d+ failed: inside.example.com resolves to 10.20.30.40/);
    const list = await log();
    expect(list).toMatchObject([{ state: 'pending', lastAttempt: { status: null, error: 'blocked' } }]);
    const { body } = await host.as('a').get(`/webhooks/deliveries/${list[0].id}`).expect(200);
    expect(JSON.stringify([list, body])).not.toContain('10.20.30.40');
  });
});

describe('Stored headers that no registration would accept', () => {
  let host: WebhooksHost;
  let receiver: Receiver;
  beforeEach(async () => {
    [host, receiver] = await Promise.all([startHost(), startReceiver()]);
  });
  afterEach(() => Promise.all([host.close(), receiver.close()]));

  it('do not replace the module’s headers', async () => {
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

it("A URL with an address in one of the network's NAT64 prefixes cannot be registered, and is not dialled", async () => {
  const host = await startHost({
    options: { network: { nat64Prefixes: ['2a00:1:2:64::/96'], allowedAddresses: [] } },
  });
  const hidden = 'https://[2a00:1:2:64::a00:1]/';
  const { body } = await host
    .as('a')
    .post('/webhooks', { url: hidden, events: ['*'] })
    .expect(422);
  expect(body.details[0].code).toBe('destination_not_allowed');
  const recorder = new DialRecorder();
  await recorder.start();
  const transport = host.app.get<HttpTransport>(TRANSPORT);
  const send = (url: string) =>
    transport
      .send({ url, headers: {}, body: Buffer.from('{}'), timeoutMs: 2_000 })
      .catch((error) => error.code);
  expect(await send(hidden)).toBe('blocked');
  expect(recorder.take()).toEqual([]);
  expect(await send('https://[2a00:1:2:65::a00:1]/')).toBe('connect');
  expect(recorder.take()).toEqual(['2a00:1:2:65::a00:1']);
  recorder.stop();
  await host.close();
});

const MINUTE = 60_000;
const all = (length: number, outcome: string): string[] => Array.from({ length }, () => outcome);

describe.each(['axios', 'undici'] as const)('With a forward proxy, over %s,', (transport) => {
  let engine: Engine;
  let proxy: ForwardProxy;
  let address: string;

  beforeAll(async () => {
    proxy = new ForwardProxy();
    address = await proxy.listen();
    engine = await Engine.start({ options: { network: { transport, proxy: `http://${address}` } } });
  });
  beforeEach(() => engine.receiver.on('/hooks', answer(200)));
  afterEach(async () => {
    expect(await engine.leftovers()).toEqual(NOTHING_LEFT);
    proxy.refusal = undefined;
    await engine.clear();
  });
  afterAll(async () => {
    await engine.close();
    await proxy.close();
  });

  async function send(count: number): Promise<string> {
    const { id } = await engine.endpoint('acme', '/hooks');
    await engine.publish(...Array.from({ length: count }, (_, i) => delivered('acme', `m${i}`)));
    await engine.runOnce();
    return id;
  }

  const outcomes = async () =>
    (await engine.deliveries('acme')).map(
      ({ state, attemptCount: n, lastAttempt }) =>
        `${state} ${n} ${lastAttempt?.error ?? lastAttempt?.status}`,
    );

  it.each<[string, (() => Promise<void>) | string]>([
    ['is down', () => proxy.close()],
    ['wants a password', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'],
    ['is broken', 'HTTP/1.1 500 Internal Server Error\r\n\r\n'],
    ['is no proxy', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ])('a proxy that %s costs no attempt, and no endpoint counts as failing', async (_, fault) => {
    if (typeof fault === 'string') proxy.refusal = fault;
    else await fault();
    // More failures than an endpoint needs to count as failing.
    const id = await send(6);
    for (let i = 0; i < 5; i++) {
      engine.advance(MINUTE);
      await engine.runOnce();
    }
    expect(await outcomes()).toEqual(all(6, 'pending 0 undefined'));
    expect(await engine.webhooks.endpoints.get('acme', id)).toMatchObject({
      failingSince: null,
      state: 'active',
    });
    expect(engine.receiver.arrivals).toEqual([]);
    expect(engine.log.errors.splice(0).join('\n')).toMatch(/was not sent: The proxy/);

    if (typeof fault === 'string') proxy.refusal = undefined;
    else await (proxy = new ForwardProxy()).listen(Number(address.split(':')[1]));
    engine.advance(MINUTE);
    await engine.runOnce();
    expect(await outcomes()).toEqual(all(6, 'delivered 1 200'));
    expect(engine.receiver.arrivals).toHaveLength(6);
  });

  it.each([
    ['refused by the proxy', 'HTTP/1.1 403 Forbidden\r\n\r\n', 'blocked'],
    ['not reachable from the proxy', 'HTTP/1.1 502 Bad Gateway\r\n\r\n', 'connect'],
  ])("a destination that is %s counts as a failure of the customer's endpoint", async (_, refusal, error) => {
    proxy.refusal = refusal;
    await send(3);
    expect(await outcomes()).toEqual(all(3, `pending 1 ${error}`));
  });
});
