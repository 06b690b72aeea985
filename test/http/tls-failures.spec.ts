import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { certify } from './certificate.js';
import { ForwardProxy } from './forward-proxy.js';
import { always, RawReceiver } from './raw-receiver.js';
import { failureOf, request, Transports } from './sending.js';
import { itForAll } from '../support/it-for-all.js';

const HOST = 'hooks.example.com';
const root = certify({ names: ['Root'], isAuthority: true });
const intermediate = certify({ names: ['Intermediate'], issuer: root, isAuthority: true });
const expired = certify({ names: ['Old'], issuer: root, isAuthority: true, until: '210101000000Z' });
const strangeRoot = certify({ names: ['Strange root'], isAuthority: true });
const strange = certify({ names: ['Strange'], issuer: strangeRoot, isAuthority: true });
const names = [HOST, 'localhost'];
const noAuthority = certify({ names: ['No authority'], issuer: root });
const good = certify({ names, issuer: root });

const chain = (issuer: typeof root, ...others: (typeof root)[]): TlsOptions => {
  const { key, cert } = certify({ names, issuer });
  return { key, cert: [cert, ...others.map((each) => each.cert)].join('') };
};

const FAILURES: { what: string; tls: TlsOptions; code: string }[] = [
  {
    what: 'an expired certificate',
    tls: certify({ names, issuer: root, until: '210101000000Z' }),
    code: 'certificate-expired',
  },
  { what: 'an expired intermediate', tls: chain(expired, expired), code: 'certificate-expired' },
  {
    what: 'a certificate of the future',
    tls: certify({ names, issuer: root, from: '480101000000Z' }),
    code: 'certificate-not-yet-valid',
  },
  { what: 'no intermediate', tls: chain(intermediate), code: 'certificate-incomplete' },
  { what: 'its own signature', tls: certify({ names }), code: 'certificate-self-signed' },
  {
    what: 'other names',
    tls: certify({ names: ['other.example.com'], issuer: root }),
    code: 'certificate-name',
  },
  { what: 'an unknown authority', tls: chain(strange, strange), code: 'certificate-untrusted' },
  {
    what: 'an unknown authority whose root certificate is in the chain',
    tls: chain(strange, strange, strangeRoot),
    code: 'certificate-untrusted',
  },
  {
    what: 'an issuer that may not issue certificates',
    tls: chain(noAuthority, noAuthority),
    code: 'certificate-untrusted',
  },
  { what: 'HTTP/2 only', tls: { ...good, ALPNProtocols: ['h2'] }, code: 'http2-only' },
  ...(['TLSv1.2', 'TLSv1.3'] as const).map((version) => ({
    what: `a required client certificate (${version})`,
    tls: { ...good, ca: root.cert, requestCert: true, minVersion: version, maxVersion: version },
    code: 'tls',
  })),
  { what: 'old TLS only', tls: { ...good, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }, code: 'tls' },
];

describe('A TLS failure', () => {
  const transports = new Transports();
  const lookup = async (): Promise<[{ address: string; family: number }]> => [
    { address: '127.0.0.1', family: 4 },
  ];
  const proxy = new ForwardProxy();
  let address = '';
  beforeAll(async () => {
    address = await proxy.listen();
  });
  afterEach(() => transports.close());
  afterAll(() => proxy.close());

  itForAll(FAILURES)('of a receiver is reported with its kind, directly and through a proxy', async (one) => {
    const receiver = await RawReceiver.listen(always(200, 'ok'), { tls: one.tls });
    const codes: string[] = [];
    for (const through of [undefined, `http://${address}`]) {
      const transport = transports.make('undici', { ca: root.cert, lookup, proxy: through });
      const error = await failureOf(transport.send(request(`https://${HOST}:${receiver.port}/`)));
      codes.push(error.code);
    }
    await receiver.close();

    expect(codes).toEqual([one.code, one.code]);
    expect(receiver.requests).toEqual([]);
  });

  itForAll(FAILURES.filter(({ code }) => code.startsWith('certificate-')))(
    'of the proxy is reported as a fault of the proxy, with its kind in the message',
    async ({ tls, code }) => {
      const broken = new ForwardProxy(tls);
      const port = (await broken.listen()).split(':')[1];
      const transport = transports.make('undici', { ca: root.cert, proxy: `https://localhost:${port}` });
      const error = await failureOf(transport.send(request(`https://${HOST}/`)));
      await transport.close();
      await broken.close();

      expect([error.code, error.message]).toEqual(['proxy', expect.stringContaining(code)]);
    },
  );

  it('does not occur with a receiver that sends the full chain', async () => {
    const receiver = await RawReceiver.listen(always(200, 'ok'), { tls: chain(intermediate, intermediate) });
    const transport = transports.make('undici', { ca: root.cert, lookup });

    expect((await transport.send(request(`https://${HOST}:${receiver.port}/`))).body).toBe('ok');
    await receiver.close();
  });

  it('has a counterpart without TLS: a receiver that responds with HTTP/2 is also reported as http2-only', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const error = await failureOf(transports.make('undici').send(request(`http://127.0.0.1:${port}/`)));
    server.close();

    expect(error.code).toBe('http2-only');
  });
});
