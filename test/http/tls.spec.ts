import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { selfSigned } from './certificate.js';
import { always, RawReceiver } from './raw-receiver.js';
import { failureOf, KINDS, request, Transports } from './sending.js';

describe.each(KINDS)('Over TLS, the %s transport', (kind) => {
  const certificate = selfSigned('hooks.example.com', 'other.example.com');
  const loopback = async (): Promise<[{ address: string; family: number }]> => [
    { address: '127.0.0.1', family: 4 },
  ];
  const transports = new Transports();
  const seen: { name: string | false | null; resumed: boolean; protocol: string | false | null }[] = [];
  let receiver: RawReceiver;

  beforeEach(async () => {
    seen.length = 0;
    receiver = await RawReceiver.listen(always(200, 'ok'), {
      tls: { ...certificate, ALPNProtocols: ['h2', 'http/1.1'] },
      greet: (socket: Socket) => {
        const tls = socket as TLSSocket & { servername: string | false | null };
        seen.push({ name: tls.servername, resumed: tls.isSessionReused(), protocol: tls.alpnProtocol });
      },
    });
  });
  afterEach(async () => {
    await transports.close();
    await receiver.close();
  });

  it('speaks HTTP/1.1 to a trusted receiver and sends it the host name (SNI)', async () => {
    const transport = transports.make(kind, { ca: certificate.cert, lookup: loopback });
    const response = await transport.send(request(`https://hooks.example.com:${receiver.port}/`));

    expect(response.status).toBe(200);
    expect(seen).toEqual([{ name: 'hooks.example.com', resumed: false, protocol: 'http/1.1' }]);
  });

  it('reuses a connection, but never the TLS session of another connection', async () => {
    const transport = transports.make(kind, { ca: certificate.cert, lookup: loopback });
    const url = `https://hooks.example.com:${receiver.port}/`;
    await transport.send(request(url));
    await transport.send(request(url));
    expect(receiver.connections).toBe(1);

    await Promise.all(Array.from({ length: 4 }, () => transport.send(request(url))));
    await transport.send(request(`https://other.example.com:${receiver.port}/`));
    expect(receiver.connections).toBeGreaterThan(2);
    expect(seen.filter(({ resumed }) => resumed)).toEqual([]);
  });

  it.each([
    ['that no trusted authority has signed', {}, 'hooks.example.com', 'certificate-self-signed'],
    ['for another name', { ca: certificate.cert }, 'wrong.example.com', 'certificate-name'],
  ])('refuses a certificate %s and sends nothing', async (_, options, host, code) => {
    const transport = transports.make(kind, { ...options, lookup: loopback });
    const error = await failureOf(transport.send(request(`https://${host}:${receiver.port}/`)));

    expect(error.code).toBe(code);
    expect(receiver.requests).toEqual([]);
    expect(transport.stats()).toMatchObject({ connections: 0, pools: 0 });
  });
});
