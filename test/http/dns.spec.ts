import { dnsLookup } from '../../libs/webhooks/src/http/connections/resolver.js';
import { DnsServer } from './dns-server.js';
import type { DnsAnswer } from './dns-server.js';
import { always, RawReceiver } from './raw-receiver.js';
import { failureOf, request, Transports, within } from './sending.js';

const V4 = '93.184.216.34';
const V6 = '2606:2800:220:1:248:1893:25c8:1946';

describe('Names over DNS', () => {
  let server: DnsServer | null = null;
  const ask = async (
    a: DnsAnswer,
    aaaa: DnsAnswer,
  ): Promise<readonly { address: string; family: number }[]> => {
    server = new DnsServer((_, type) => (type === 'A' ? a : aaaa));
    return dnsLookup(await server.start())('hooks.example.com');
  };
  afterEach(() => {
    server?.stop();
    server = null;
  });

  it('resolve to A and AAAA records, IPv4 first', async () => {
    expect(await ask([V4, '1.1.1.1'], [V6])).toEqual([
      { address: V4, family: 4 },
      { address: '1.1.1.1', family: 4 },
      { address: V6, family: 6 },
    ]);
    expect(server!.questions.toSorted()).toEqual(['A hooks.example.com', 'AAAA hooks.example.com']);
  });

  it.each<DnsAnswer>([[], 'NXDOMAIN', 'SERVFAIL', 'silence'])(
    'resolve only to IPv4 if AAAA is %j',
    async (aaaa) => {
      expect(await within(900, () => ask([V4], aaaa))).toEqual([{ address: V4, family: 4 }]);
    },
  );

  it.each<DnsAnswer>([[], 'NXDOMAIN', 'SERVFAIL'])('resolve only to IPv6 if A is %j', async (a) => {
    expect(await ask(a, [V6])).toEqual([{ address: V6, family: 6 }]);
  });

  it.each<[DnsAnswer, string]>([
    ['NXDOMAIN', 'ENOTFOUND'],
    ['SERVFAIL', 'ESERVFAIL'],
    [[], 'ENODATA'],
    ['silence', 'ETIMEOUT'],
  ])('whose A and AAAA are %j fail with %s', async (answer, code) => {
    await expect(ask(answer, answer)).rejects.toMatchObject({ code });
  });

  it('are resolved when a request is sent', async () => {
    const transports = new Transports();
    const receiver = await RawReceiver.listen(always(200));
    server = new DnsServer((name, type) =>
      type === 'AAAA' ? [] : name === 'up.example.com' ? ['127.0.0.1'] : 'NXDOMAIN',
    );
    const transport = transports.make('undici', { lookup: dnsLookup(await server.start()) });

    expect((await transport.send(request(`http://up.example.com:${receiver.port}/`))).status).toBe(200);
    const error = await failureOf(transport.send(request('http://down.example.com/')));
    expect(error).toMatchObject({ code: 'dns', message: 'The host name did not resolve (ENOTFOUND).' });

    await transports.close();
    await receiver.close();
  });

  it.each(['axios', 'undici'] as const)(
    'are reached at another address if nothing listens at the first addresses: %s',
    async (kind) => {
      const transports = new Transports();
      const receiver = await RawReceiver.listen(always(200));
      server = new DnsServer((_, type) => (type === 'A' ? ['127.0.0.2', '127.0.0.3', '127.0.0.1'] : []));
      const transport = transports.make(kind, { lookup: dnsLookup(await server.start()) });

      const { status } = await transport.send(request(`http://up.example.com:${receiver.port}/`));
      expect(status).toBe(200);

      await transports.close();
      await receiver.close();
    },
  );
});
