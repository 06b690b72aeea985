import { createTransport } from '../../libs/webhooks/src/http/client/create-transport.js';
import type { HttpTransport } from '../../libs/webhooks/src/http/transport.js';
import { selfSigned } from './certificate.js';
import { ForwardProxy } from './forward-proxy.js';
import { always, RawReceiver } from './raw-receiver.js';
import { failureOf, KINDS, request, Transports } from './sending.js';
import { itForAll } from '../support/it-for-all.js';

describe.each(KINDS)('Through a forward proxy, the %s transport', (kind) => {
  const transports = new Transports();
  const certificate = selfSigned('hooks.example.com');
  let proxy: ForwardProxy;
  let address: string;
  let receiver: RawReceiver;
  beforeEach(async () => {
    proxy = new ForwardProxy();
    address = await proxy.listen();
    receiver = await RawReceiver.listen(always(200, 'ok'));
  });
  afterEach(async () => {
    await transports.close();
    await receiver.close();
    await proxy.close();
  });

  const proxied = (url = `http://${address}`): HttpTransport =>
    transports.make(kind, {
      proxy: url,
      ca: certificate.cert,
      allowedAddresses: [],
      lookup: async () => {
        throw new Error('A name was resolved here');
      },
    });

  it('opens tunnels and reuses them, and lets the proxy resolve names', async () => {
    const transport = proxied(`http://user:p%40ss@${address}`);
    const url = `http://hooks.example.com:${receiver.port}/a`;
    await transport.send(request(url));
    expect((await transport.send(request(url))).body).toBe('ok');

    expect(proxy.asked).toEqual([
      { authority: `hooks.example.com:${receiver.port}`, authorization: `Basic ${btoa('user:p@ss')}` },
    ]);
    expect(receiver.requests[0]!.toString()).toMatch(/^POST \/a HTTP\/1.1\r\nhost: hooks.example.com/);
    expect(receiver.requests[0]!.toString()).not.toMatch(/proxy-/i);
    expect(transport.stats()).toMatchObject({ requests: 2, reused: 1, connections: 1 });
  });

  it('speaks TLS with the receiver, not with the proxy', async () => {
    const secure = await RawReceiver.listen(always(200, 'safe'), { tls: certificate });
    const response = await proxied().send(request(`https://hooks.example.com:${secure.port}/`));

    expect(response.body).toBe('safe');
    await secure.close();
  });

  itForAll(['http://10.0.0.1/', 'http://127.0.0.1:4000/', 'https://[::1]/', 'http://localhost/'])(
    'does not ask the proxy to connect to private addresses',
    async (url) => {
      expect((await failureOf(proxied().send(request(url)))).code).toBe('blocked');
      expect(proxy.asked).toEqual([]);
    },
  );

  it.each([
    ['HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'proxy'],
    ['HTTP/1.1 500 x\r\n\r\n', 'proxy'],
    ['SSH-2.0\r\n\r\n', 'proxy'],
    ['HTTP/1.1 403 Forbidden\r\n\r\n', 'blocked'],
    ['HTTP/1.1 407 x\r\nX-Smokescreen-Error: denied by rule\r\n\r\n', 'blocked'],
    ['HTTP/1.1 502 Bad Gateway\r\n\r\n', 'connect'],
    ['HTTP/1.1 503 x\r\n\r\n', 'connect'],
  ])('reports the response %j as %s', async (answer, code) => {
    proxy.refusal = answer;
    const transport = proxied();
    const error = await failureOf(transport.send(request(`http://hooks.example.com:${receiver.port}/`)));

    expect(error.code).toBe(code);
    expect(error.message).not.toContain('127.0.0.1');
    expect(proxy.asked).toHaveLength(1);
    expect(transport.stats()).toMatchObject({ connections: 0, pools: 0 });
  });

  it('reports a fault of the proxy if the proxy cannot be reached or closes the connection', async () => {
    const gone = await RawReceiver.listen(() => undefined);
    await gone.close();
    const breaking = await RawReceiver.listen((socket) => socket.destroy());
    for (const origin of [gone.origin, breaking.origin]) {
      const error = await failureOf(proxied(origin).send(request('https://hooks.example.com/')));
      expect(error.code).toBe('proxy');
    }
    await breaking.close();
  });

  it('gives up at the deadline if the tunnel is not established', async () => {
    proxy.refusal = null;
    const error = await failureOf(proxied().send(request('https://hooks.example.com/', { timeoutMs: 200 })));
    expect(error).toMatchObject({ code: 'timeout', message: expect.stringContaining('through the proxy') });
  });

  itForAll([
    'socks5://127.0.0.1:1080',
    'proxy.internal:3128',
    'http://proxy.internal/path',
    'http://user:50%@proxy.internal:3128',
    ''.padEnd(3),
  ])('refuses values that are not the URL of a proxy', (wrong) => {
    expect(() => createTransport({ kind, proxy: wrong })).toThrow(/proxy must be the URL of an HTTP proxy/);
  });
});
