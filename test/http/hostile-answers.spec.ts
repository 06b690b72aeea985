import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { always, answerBytes, RawReceiver } from './raw-receiver.js';
import type { Answer } from './raw-receiver.js';
import { failureOf, KINDS, request, Transports, within } from './sending.js';

const HEAD = 'HTTP/1.1 200 OK\r\nx-a: b\r\n';

/** Writes again and again while the client reads. */
function endlessly(socket: Socket, chunk: Buffer | string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
}

function drip(socket: Socket, text: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.on('close', () => clearInterval(timer));
}

describe.each(KINDS)('Whatever a receiver answers, the %s transport', (kind) => {
  const transports = new Transports();
  let receiver: RawReceiver | null = null;
  const answering = async (answer: Answer): Promise<string> => {
    receiver = await RawReceiver.listen(answer);
    return receiver.origin;
  };
  afterEach(async () => {
    await transports.close();
    await receiver?.close();
    receiver = null;
  });

  describe('gives up at the deadline when', () => {
    const cases: [string, Answer][] = [
      ['nothing comes', () => undefined],
      ['the head drips without end', (socket) => (socket.write(HEAD), drip(socket, 'x-b: c\r\n', 10))],
      ['the status line never ends', (socket) => drip(socket, 'H', 50)],
      [
        'there are only early hints',
        (socket) => drip(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', 10),
      ],
    ];
    it.each(cases)('%s', async (_, answer) => {
      const url = await answering(answer);
      const start = performance.now();
      const error = await within(1_500, () =>
        failureOf(transports.make(kind).send(request(url, { timeoutMs: 300 }))),
      );

      expect(error.code).toMatch(/timeout|headers/);
      expect(error.durationMs).toBeLessThan(performance.now() - start);
    });

    it('the name does not resolve in time', async () => {
      const transport = transports.make(kind, { lookup: () => new Promise(() => undefined) });
      const start = performance.now();
      const error = await within(1_500, () =>
        failureOf(transport.send(request('http://hooks.example.com/', { timeoutMs: 200 }))),
      );

      expect(error).toMatchObject({
        code: 'timeout',
        message: expect.stringContaining('resolving the host name'),
      });
      expect(error.durationMs).toBeLessThan(performance.now() - start);
    });

    it('the TLS handshake stalls', async () => {
      const url = await answering(() => undefined);
      const start = performance.now();
      const error = await within(1_500, () =>
        failureOf(transports.make(kind).send(request(url.replace('http:', 'https:'), { timeoutMs: 200 }))),
      );

      expect(error).toMatchObject({ code: 'timeout', message: expect.stringContaining('TLS handshake') });
      expect(error.durationMs).toBeLessThan(performance.now() - start);
      // The dial is stopped, too.
      while (receiver!.sockets.size > 0) await new Promise(setImmediate);
    });
  });

  describe('keeps the status when', () => {
    const cases: [string, number, Answer][] = [
      ['a 200 has a body that stalls', 200, (socket) => socket.write(`${HEAD}content-length: 9\r\n\r\nabc`)],
      [
        'a 500 has a body that stalls',
        500,
        (socket) => socket.write('HTTP/1.1 500 x\r\ncontent-length: 9\r\n\r\nabc'),
      ],
      ['a body drips without end', 200, (socket) => (socket.write(`${HEAD}\r\n`), drip(socket, 'abc', 20))],
      [
        'a chunked body drips',
        200,
        (s) => (s.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`), drip(s, '3\r\nabc\r\n', 20)),
      ],
      ['a body is shorter than declared', 200, (socket) => socket.end(`${HEAD}content-length: 9\r\n\r\nabc`)],
      [
        'a connection is reset in the body',
        200,
        (socket) => socket.write(`${HEAD}content-length: 9\r\n\r\nabc`, () => socket.resetAndDestroy()),
      ],
      [
        'a chunk is malformed',
        200,
        (socket) => socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\nZZ\r\n`),
      ],
      ['a body ends with the connection', 200, (socket) => socket.end(`${HEAD}\r\nabc`)],
      [
        'the trailers never end',
        200,
        (s) => (
          s.write(`${HEAD}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n`),
          drip(s, 'a: b\r\n', 10)
        ),
      ],
    ];
    it.each(cases)('%s', async (_, status, answer) => {
      const url = await answering(answer);
      const transport = transports.make(kind);
      const response = await within(1_500, () => transport.send(request(url, { timeoutMs: 300 })));

      expect(response.status).toBe(status);
      expect(response.body).toMatch(/^(abc)*$/);
    });

    it('a body stalls: after the head, the transport waits only a second for the body', async () => {
      const url = await answering((socket) => socket.write(`${HEAD}content-length: 9\r\n\r\nabc`));
      const start = performance.now();
      const response = await within(3_000, () => transports.make(kind).send(request(url)));

      expect(response).toMatchObject({ status: 200, body: 'abc' });
      // `durationMs` ends with the head: it does not include the second of waiting for the body.
      expect(response.durationMs).toBeLessThan(performance.now() - start - 900);
    });
  });

  it.each([
    [204, ''],
    [200, 'ok'],
  ])('sends the next request at once after a %i with the body %p', async (status, body) => {
    const url = await answering(always(status, body));
    const transport = transports.make(kind);
    await within(5_000, async () => {
      for (let i = 0; i < 10; i++) await transport.send(request(url));
    });
  });

  describe('reads little and keeps even less:', () => {
    it('an endless body is cut off', async () => {
      const url = await answering((socket) => {
        socket.write(`${HEAD}\r\n`);
        endlessly(socket, Buffer.alloc(65_536, 'x'));
      });
      const transport = transports.make(kind);
      const response = await transport.send(request(url));

      expect(response).toMatchObject({ status: 200, body: 'x'.repeat(1_024) });
      while (receiver!.sockets.size > 0) await new Promise(setImmediate);
      while (transport.stats().connections > 0) await new Promise(setImmediate);
    });

    it.each([
      [200, 1_024],
      [404, 4_096],
      [500, 4_096],
    ])('of a %i response of 10 MB, it keeps %i bytes', async (status, kept) => {
      const url = await answering(always(status, Buffer.alloc(10_000_000, 'y')));
      expect((await transports.make(kind).send(request(url))).body).toBe('y'.repeat(kept));
    });

    it('a compressed body is not unpacked', async () => {
      const bomb = gzipSync(Buffer.alloc(50_000_000));
      const url = await answering(always(500, bomb, { 'content-encoding': 'gzip' }));
      const before = process.memoryUsage().arrayBuffers;
      const response = await transports.make(kind).send(request(url));

      expect(Buffer.byteLength(response.body)).toBeLessThanOrEqual(4_096);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
    });

    it('a connection stays open after a body of up to 16 KB, and is closed after a longer body', async () => {
      const url = await answering((socket, bytes) =>
        socket.write(
          answerBytes(200, Buffer.alloc(bytes.toString().startsWith('POST /short') ? 16_384 : 20_000, 'z')),
        ),
      );
      const transport = transports.make(kind);
      await transport.send(request(`${url}/short`));
      await transport.send(request(`${url}/short`));
      expect(receiver!.connections).toBe(1);
      await transport.send(request(`${url}/long`));
      await transport.send(request(`${url}/short`));
      expect(receiver!.connections).toBe(2);
    });

    it('NUL and invalid UTF-8 become U+FFFD, and nothing is cut in the middle of a character', async () => {
      const url = await answering((socket, bytes) => {
        const odd = Buffer.concat([Buffer.from('a\0b'), Buffer.from([0xff, 0xc3]), Buffer.from('ß€😀')]);
        socket.write(
          answerBytes(500, bytes.toString().startsWith('POST /odd') ? odd : `x${'€'.repeat(2_000)}`),
        );
      });
      const transport = transports.make(kind);

      expect((await transport.send(request(`${url}/odd`))).body).toBe('a\ufffdb\ufffd\ufffdß€😀');
      expect((await transport.send(request(`${url}/long`))).body).toBe(`x${'€'.repeat(1_365)}`);
    });
  });

  describe('reports a malformed head that', () => {
    const cases: [string, string | Buffer][] = [
      ['has 70 KB of headers', `${HEAD}x-long: ${'a'.repeat(70_000)}\r\ncontent-length: 0\r\n\r\n`],
      ['has 9,000 headers', `${HEAD}${'x-b: c\r\n'.repeat(9_000)}\r\n`],
      ['is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
      ['is binary', Buffer.from(Array.from({ length: 256 }, (_, i) => 255 - i))],
      ['has a status of letters', 'HTTP/1.1 abc x\r\n\r\n'],
      ['has two lengths', `${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\nab`],
      ['has a length and chunks', `${HEAD}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
      ['has a space in a header name', `${HEAD}a b: c\r\n\r\n`],
      ['switches protocols', 'HTTP/1.1 101 x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'],
    ];
    it.each(cases)('%s', async (_, bytes) => {
      const url = await answering((socket) => socket.write(bytes));
      const transport = transports.make(kind);
      const error = await failureOf(transport.send(request(url)));

      expect(error.code).toBe('headers');
      while (transport.stats().connections > 0) await new Promise(setImmediate);
    });
  });

  it('reports different errors for a refused, a broken, an unresolved and a non-TLS destination', async () => {
    const url = await answering((socket) => socket.destroy());
    const closed = await RawReceiver.listen(() => undefined);
    await closed.close();
    const unresolved = async (): Promise<never> => {
      throw Object.assign(new Error('queryA ENOTFOUND nowhere.example.com'), { code: 'ENOTFOUND' });
    };
    const transport = transports.make(kind, { lookup: unresolved });
    const codeOf = async (to: string): Promise<string> => (await failureOf(transport.send(request(to)))).code;

    expect(await codeOf(url)).toBe('reset');
    expect(await codeOf(closed.origin)).toBe('connect');
    expect(await codeOf('http://nowhere.example.com/')).toBe('dns');
    receiver!.sockets.clear();
    const plain = await RawReceiver.listen(() => undefined, {
      greet: (socket) => socket.write('220 mail ESMTP\r\n'),
    });
    expect(await codeOf(plain.origin.replace('http:', 'https:'))).toBe('tls');
    await plain.close();
  });

  it('does not reveal path, query, headers or body in an error', async () => {
    const url = await answering((socket, bytes) =>
      bytes.toString().includes('/malformed') ? socket.write('HTTP/1.1 S3CRET\r\n\r\n') : socket.destroy(),
    );
    const transport = transports.make(kind);
    const secretive = {
      headers: { authorization: 'Bearer S3CRET', 'webhook-signature': 'v1,S3CRET' },
      body: Buffer.from('{"S3CRET":1}'),
    };
    const errors = await Promise.all([
      failureOf(transport.send(request(`${url}/S3CRET?key=S3CRET`, secretive))),
      failureOf(transport.send(request(`${url}/malformed/S3CRET`, secretive))),
      failureOf(transport.send(request('http://10.0.0.1/S3CRET', secretive))),
      failureOf(transport.send(request('https://S3CRET:S3CRET@example.com/S3CRET', secretive))),
      failureOf(transport.send(request(`${url}/`, { ...secretive, headers: { 'x-bad': 'S3CRET\r\n' } }))),
      failureOf(transport.send(request(`${url}/`, { ...secretive, headers: { 'S3CRET bad': 'x' } }))),
    ]);
    for (const error of errors) {
      const all = [
        String(error),
        error.stack,
        JSON.stringify(error),
        inspect(error, { depth: 9, showHidden: true }),
      ];
      expect(all.join()).not.toContain('S3CRET');
    }
    expect(errors.map(({ code }) => code)).toEqual([
      'reset',
      'headers',
      'blocked',
      'blocked',
      'internal',
      'internal',
    ]);
  });
});
