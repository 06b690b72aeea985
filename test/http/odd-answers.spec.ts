import { selfSigned } from './certificate.js';
import { ForwardProxy } from './forward-proxy.js';
import { always, answerBytes, RawReceiver, writePieces } from './raw-receiver.js';
import type { Answer } from './raw-receiver.js';
import { failureOf, request, Transports } from './sending.js';
import { itForAll } from '../support/it-for-all.js';

const BODY = 'content-length: 2\r\n\r\nok';
const OK = `HTTP/1.1 200 OK\r\n${BODY}`;
const CHUNKS = 'transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n';
const longLine = (bytes: number): string => `x-long: ${'a'.repeat(bytes)}\r\n`;

/** Responses that RFC 9110 and 9112 tell clients to accept, and that strict parsers refuse. */
const ODD_ANSWERS: Record<string, string> = {
  'an unasked 100': `HTTP/1.1 100 Continue\r\n\r\n${OK}`,
  'an unasked 100 with headers and without a reason': `HTTP/1.1 100\r\nx-a: b\r\ncontent-length: 9\r\n\r\n${OK}`,
  'several unasked 1xx': `${[100, 102, 103, 100, 199].map((each) => `HTTP/1.1 ${each} x\r\n\r\n`).join('')}${OK}`,
  'a folded line': `HTTP/1.1 200 OK\r\nx-a: b\r\n  c\r\n\td\r\n${BODY}`,
  'a folded length': 'HTTP/1.1 200 OK\r\ncontent-length:\r\n 2\r\n\r\nok',
  'folded chunks': 'HTTP/1.1 200 OK\r\ntransfer-encoding:\r\n chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  'a fold with nothing in it': `HTTP/1.1 200 OK\r\nx-a: b\r\n \r\n${BODY}`,
  'HTTP/1.0': `HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n${BODY}`,
  'chunks of HTTP/1.0': `HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n${CHUNKS}`,
  'LF alone': 'HTTP/1.1 200 OK\nx-a: b\ncontent-length: 2\n\nok',
  'LF and CRLF mixed': 'HTTP/1.1 200 OK\nx-a: b\r\ncontent-length: 2\n\r\nok',
  'LF alone after a 100': 'HTTP/1.0 100 Continue\n\nHTTP/1.0 200\ncontent-length: 2\n\nok',
  'the same length twice': `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${BODY}`,
  'an empty line before the head': `\r\n${OK}`,
};

const PLAIN_ANSWERS: Record<string, string> = {
  'no reason': `HTTP/1.1 200\r\n${BODY}`,
  'an empty reason': `HTTP/1.1 200 \r\n${BODY}`,
  chunks: `HTTP/1.1 200 OK\r\n${CHUNKS}`,
  'a head of 64 KB': `HTTP/1.1 200 OK\r\n${longLine(65_536 - 49)}${BODY}`,
  'a head of 3,000 lines': `HTTP/1.1 200 OK\r\n${'x-b: c\r\n'.repeat(3_000)}${BODY}`,
};

/**
 * Returns the answer twice: in one piece, and in several. The cuts are inside the first line, after it, around the start of
 * the last head, and near the end.
 */
function cutsOf(answer: string): string[][] {
  const last = answer.lastIndexOf('HTTP/1.');
  const cuts = [...new Set([0, 4, answer.indexOf('\n') + 1, last, last + 10, answer.length - 4])];
  cuts.sort((a, b) => a - b);
  return [[answer], cuts.map((from, i) => answer.slice(from, cuts[i + 1]))];
}

const SCHEMES = ['http', 'https'] as const;
const certificate = selfSigned('hooks.example.com', 'localhost');
const toLoopback = async (): Promise<[{ address: string; family: number }]> => [
  { address: '127.0.0.1', family: 4 },
];

function corpus(answers: Record<string, string>) {
  return SCHEMES.flatMap((scheme) =>
    (['new', 'used'] as const).flatMap((connection) =>
      Object.entries(answers).flatMap(([name, answer]) =>
        cutsOf(answer).map((pieces) => ({ name, scheme, connection, pieces })),
      ),
    ),
  );
}

describe('An answer that strict parsers refuse', () => {
  const transports = new Transports();
  let pieces: string[] = [];
  let receivers: Record<'http' | 'https', RawReceiver>;
  beforeAll(async () => {
    const answer: Answer = (socket, bytes) => {
      if (bytes.toString().startsWith('POST /odd')) void writePieces(socket, pieces);
      else socket.write(answerBytes(200, 'plain'));
    };
    receivers = {
      http: await RawReceiver.listen(answer),
      https: await RawReceiver.listen(answer, { tls: certificate }),
    };
  });
  afterEach(() => transports.close());
  afterAll(() => Promise.all(SCHEMES.map((scheme) => receivers[scheme].close())));

  /**
   * Sends a request that the receiver answers with `one.pieces`, then a plain request. On a used connection, another plain
   * request comes first. Returns the response, and what the receiver saw.
   */
  async function meet(one: ReturnType<typeof corpus>[number]) {
    const receiver = receivers[one.scheme];
    const connectionsBefore = receiver.connections;
    receiver.requests.length = 0;
    pieces = one.pieces;
    const transport = transports.make('undici', { ca: certificate.cert, lookup: toLoopback });
    const url = `${one.scheme}://hooks.example.com:${receiver.port}`;
    if (one.connection === 'used') await transport.send(request(`${url}/before`));
    const { status, body } = await transport.send(request(`${url}/odd`));
    expect((await transport.send(request(`${url}/after`))).body).toBe('plain');
    await transport.close();
    const paths = receiver.requests.map((each) => /^POST \/(\w+)/.exec(each.toString())![1]);
    return { status, body, paths, connections: receiver.connections - connectionsBefore };
  }

  itForAll(corpus(ODD_ANSWERS))(
    'is accepted at the first request, over http and https, on new and reused connections, which then close',
    async (one) => {
      expect(await meet(one)).toEqual({
        status: 200,
        body: 'ok',
        paths: one.connection === 'used' ? ['before', 'odd', 'after'] : ['odd', 'after'],
        connections: 2,
      });
    },
  );

  itForAll(corpus(PLAIN_ANSWERS))(
    'is told apart from a valid answer that is long or arrives in pieces: the valid answer leaves the connection open',
    async (one) => {
      expect(await meet(one)).toMatchObject({ status: 200, body: 'ok', connections: 1 });
    },
  );

  itForAll([
    { code: 'headers', answer: `HTTP/1.1 200 OK\r\ncontent-length: 1\r\n${BODY}` },
    { code: 'headers', answer: `HTTP/1.1 200 OK\ncontent-length: 1\n${BODY}` },
    { code: 'headers', answer: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n 3\r\n\r\nok' },
    { code: 'headers', answer: `HTTP/1.1 200 OK\r\ncontent-length: 2\r\n${CHUNKS}` },
    { code: 'headers', answer: `HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-a: b\r\n c\r\n${CHUNKS}` },
    {
      code: 'headers',
      answer: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n${BODY}`,
    },
    { code: 'headers', answer: `HTTP/1.1 200 OK\r\n x-a: b\r\n${BODY}` },
    { code: 'headers', answer: `HTTP/1.1 200 OK\r\nx-a: b\rc\r\n${BODY}` },
    { code: 'headers', answer: `HTTP/1.1 200 OK\r\nx-a: b\0c\r\n d\r\n${BODY}` },
    { code: 'headers', answer: `HTTP/1.1 101 Switching Protocols\r\n\r\n${OK}` },
    { code: 'headers', answer: `HTTP/1.1 000 x\r\n${BODY}` },
    { code: 'headers', answer: `HTTP/1.1 200 OK\r\n${longLine(65_536)}${BODY}` },
    { code: 'headers', answer: `HTTP/1.1 200 OK\n${longLine(65_536)}${BODY}` },
    { code: 'headers', answer: `HTTP/1.1 200 OK\r\n${'x-b: c\r\n'.repeat(8_192)}${BODY}` },
    { code: 'headers', answer: 'HTTP/1.1 103 x\r\n\r\n'.repeat(8_192) },
    { code: 'timeout', answer: 'HTTP/1.1 100 Continue\r\n\r\n' },
    { code: 'reset', answer: 'HTTP/1.1 100 Continue\r\n\r\n', ends: true },
    { code: 'reset', answer: 'HTTP/1.1 200 OK\r\nx-a: b\r\n c', ends: true },
  ])(
    'makes its request fail, without a second request, if the answer is ambiguous or incomplete',
    async ({ code, answer, ends = false }) => {
      for (const isUsed of [false, true]) {
        const receiver = await RawReceiver.listen(async (socket, bytes) => {
          if (bytes.toString().startsWith('POST /before')) return socket.write(answerBytes(200));
          await writePieces(socket, [answer]);
          if (ends) socket.end();
        });
        const transport = transports.make('undici');
        if (isUsed) await transport.send(request(`${receiver.origin}/before`));
        const timeoutMs = code === 'timeout' ? 100 : 5_000;
        const error = await failureOf(transport.send(request(receiver.origin, { timeoutMs })));

        expect(error.code).toBe(code);
        expect(receiver.requests).toHaveLength(isUsed ? 2 : 1);
        await transport.close();
        await receiver.close();
      }
    },
  );
});

describe('A proxy that answers CONNECT with what strict parsers refuse', () => {
  const established: Record<string, string> = {
    'another 2xx': 'HTTP/1.1 204 x\r\n\r\n',
    'a 2xx nobody knows': 'HTTP/1.1 299\r\n\r\n',
    'a length': 'HTTP/1.1 200 x\r\ncontent-length: 5\r\n\r\n',
    'two lengths': 'HTTP/1.1 200 x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n',
    chunks: 'HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n',
    'a length and chunks': 'HTTP/1.1 201 x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n',
    'unasked 1xx': 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103\r\nx-a: b\r\n\r\nHTTP/1.1 200 x\r\n\r\n',
    'a folded line': 'HTTP/1.1 200 x\r\nvia: a\r\n b\r\n\r\n',
    'HTTP/1.0': 'HTTP/1.0 200 Connection established\r\n\r\n',
    'LF alone': 'HTTP/1.1 200 x\nvia: a\n\n',
    'no reason': 'HTTP/1.1 200\r\n\r\n',
    '64 KB': `HTTP/1.1 200 x\r\n${longLine(65_536 - 28)}\r\n`,
  };
  const cases = SCHEMES.flatMap((toProxy) =>
    SCHEMES.flatMap((toReceiver) =>
      Object.entries(established).flatMap(([name, answer]) =>
        [[answer], [answer.slice(0, 4), answer.slice(4, -1), answer.slice(-1)]].map((pieces) => ({
          name,
          toProxy,
          toReceiver,
          pieces,
        })),
      ),
    ),
  );
  const transports = new Transports();
  const secure = { ca: certificate.cert, lookup: toLoopback };
  const proxies = { http: new ForwardProxy(), https: new ForwardProxy(certificate) };
  const addresses = { http: '', https: '' };
  let receivers: Record<'http' | 'https', RawReceiver>;
  beforeAll(async () => {
    for (const scheme of SCHEMES) {
      const port = (await proxies[scheme].listen()).split(':')[1];
      addresses[scheme] = `${scheme}://localhost:${port}`;
    }
    const answer = always(200, 'ok');
    receivers = {
      http: await RawReceiver.listen(answer),
      https: await RawReceiver.listen(answer, { tls: certificate }),
    };
  });
  afterEach(() => transports.close());
  afterAll(async () => {
    await Promise.all([receivers.http.close(), receivers.https.close()]);
    await Promise.all([proxies.http.close(), proxies.https.close()]);
  });

  itForAll(cases)('opens the tunnel with the first request', async ({ toProxy, toReceiver, pieces }) => {
    const proxy = proxies[toProxy];
    proxy.asked.length = 0;
    proxy.established = pieces;
    const transport = transports.make('undici', { ...secure, proxy: addresses[toProxy] });
    const url = `${toReceiver}://hooks.example.com:${receivers[toReceiver].port}/`;
    for (let i = 0; i < 2; i++) expect((await transport.send(request(url))).body).toBe('ok');

    expect(proxy.asked).toHaveLength(1);
    await transport.close();
  });

  it('makes a request fail at once by sending more bytes after its response to CONNECT', async () => {
    const proxy = proxies.http;
    proxy.asked.length = 0;
    proxy.established = ['HTTP/1.1 200 x\r\ncontent-length: 5\r\n\r\nhello'];
    const transport = transports.make('undici', { ...secure, proxy: addresses.http });
    const url = `http://hooks.example.com:${receivers.http.port}/`;

    expect((await failureOf(transport.send(request(url)))).code).toBe('headers');
    expect(proxy.asked).toHaveLength(1);
  });
});
