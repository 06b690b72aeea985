import { once } from 'node:events';
import { pretendPeer } from './dial-recorder.js';
import { always, answerBytes, RawReceiver } from './raw-receiver.js';
import { failureOf, KINDS, request, Transports, within } from './sending.js';

describe.each(KINDS)('On the wire, the %s transport', (kind) => {
  const transports = new Transports();
  const receivers: RawReceiver[] = [];
  const listen: typeof RawReceiver.listen = async (...args) => {
    const receiver = await RawReceiver.listen(...args);
    receivers.push(receiver);
    return receiver;
  };
  afterEach(async () => {
    await transports.close();
    await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
  });

  it('sends the given headers byte for byte and in their order', async () => {
    const receiver = await listen(always(200));
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'nestjs-sms-webhooks/0.1.0',
      'webhook-id': 'evt_01HZZZ',
      'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1,b==',
      'x-empty': '',
      'x-odd': '\t"a"; b=\\c  d ~',
    };
    await transports
      .make(kind)
      .send(request(`${receiver.origin}/a/b?c=d&e=%20`, { headers, body: Buffer.from('{}') }));

    expect(receiver.requests.map(String)).toEqual([
      [
        'POST /a/b?c=d&e=%20 HTTP/1.1',
        `host: 127.0.0.1:${receiver.port}`,
        'connection: keep-alive',
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        'content-length: 2',
        '',
        '{}',
      ].join('\r\n'),
    ]);
  });

  it.each([
    ['JSON between spaces and a line feed', Buffer.from('  {"a": 1}\n')],
    ['a bare word', Buffer.from('word')],
    ['each of the 256 byte values', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
    ['256 KB', Buffer.alloc(262_144, 'ä')],
    ['nothing', Buffer.alloc(0)],
  ])('sends exactly the bytes of a body that is %s', async (_, body) => {
    const receiver = await listen(always(204));
    await transports.make(kind).send(request(receiver.origin, { body }));

    const [received] = receiver.requests;
    expect(received!.subarray(received!.indexOf('\r\n\r\n') + 4).equals(body)).toBe(true);
  });

  it('returns the status, headers, text and duration of the response', async () => {
    const receiver = await listen(always(429, 'slow down', { 'Retry-After': '120' }));
    const response = await transports.make(kind).send(request(receiver.origin));

    expect(response).toEqual({
      status: 429,
      retryAfter: '120',
      headers: expect.objectContaining({ 'retry-after': '120', 'content-length': '9' }),
      body: 'slow down',
      durationMs: expect.any(Number),
    });
    expect(response.durationMs).toBeGreaterThan(0);
    expect(response.durationMs).toBeLessThan(5_000);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a %i', async (status) => {
    const elsewhere = await listen(always(200));
    const receiver = await listen(always(status, '', { location: `${elsewhere.origin}/` }));
    const response = await transports.make(kind).send(request(receiver.origin));

    expect(response.status).toBe(status);
    expect(elsewhere.connections).toBe(0);
  });

  describe('connections', () => {
    it('are reused, and the reuse is counted', async () => {
      const receiver = await listen(always(200, 'ok'));
      const transport = transports.make(kind);
      for (let i = 0; i < 20; i++) await transport.send(request(`${receiver.origin}/${i}`));

      expect(receiver.connections).toBe(1);
      expect(transport.stats()).toEqual({ requests: 20, reused: 19, connections: 1, pools: 1 });
    });

    it('are not reused if the receiver closes them', async () => {
      const receiver = await listen((socket) => socket.end(answerBytes(200, 'ok', { connection: 'close' })));
      const transport = transports.make(kind);
      for (let i = 0; i < 5; i++) await transport.send(request(receiver.origin));

      expect(receiver.connections).toBe(5);
      expect(transport.stats().reused).toBe(0);
    });

    it('to one origin are limited, and requests beyond the limit wait', async () => {
      const held: (() => void)[] = [];
      const receiver = await listen((socket) => {
        held.push(() => socket.write(answerBytes(200)));
        if (held.length === 2) for (const answer of held.splice(0)) answer();
      });
      const transport = transports.make(kind, { connectionsPerOrigin: 2 });
      const responses = await Promise.all(
        Array.from({ length: 20 }, () => transport.send(request(receiver.origin))),
      );

      expect(responses.every(({ status }) => status === 200)).toBe(true);
      expect(receiver.connections).toBe(2);
    });

    it('that are all in use do not delay a request beyond its deadline', async () => {
      const receiver = await listen(() => undefined);
      const transport = transports.make(kind, { connectionsPerOrigin: 1 });
      const first = failureOf(transport.send(request(receiver.origin, { timeoutMs: 400 })));
      const second = await failureOf(transport.send(request(receiver.origin, { timeoutMs: 100 })));

      expect(second).toMatchObject({
        code: 'timeout',
        message: expect.stringContaining('waiting for a free connection'),
      });
      expect((await first).code).toBe('timeout');
      expect(receiver.requests).toHaveLength(1);
    });

    it('are limited in total: the connection that has been idle longest is closed for a new connection', async () => {
      const [a, b, c] = await Promise.all([listen(always(200)), listen(always(200)), listen(always(200))]);
      const transport = transports.make(kind, { maxConnections: 2 });
      await transport.send(request(a.origin));
      await transport.send(request(b.origin));
      await transport.send(request(a.origin));
      const [idleForLongest] = b.sockets;
      const closed = once(idleForLongest!, 'close');
      await transport.send(request(c.origin));
      await closed;
      await transport.send(request(a.origin));

      expect([a.connections, b.connections, c.connections]).toEqual([1, 1, 1]);
      expect(transport.stats()).toMatchObject({ connections: 2, pools: 2 });
    });

    it('are all busy: a request to another origin waits until a connection is free', async () => {
      let answer = (): void => undefined;
      const busy = await listen((socket) => {
        answer = () => socket.write(answerBytes(200));
      });
      const other = await listen(always(200));
      const transport = transports.make(kind, { maxConnections: 1 });
      const first = transport.send(request(busy.origin));
      const second = transport.send(request(other.origin));
      while (busy.requests.length === 0) await new Promise(setImmediate);
      expect(other.connections).toBe(0);
      answer();

      expect((await first).status).toBe(200);
      expect((await second).status).toBe(200);
    });

    it('stay open if the name later resolves to a private address, but a new connection is refused', async () => {
      let address = '127.0.0.1';
      let asked = 0;
      const receiver = await listen(always(200));
      const transport = transports.make(kind, {
        lookup: async () => {
          asked++;
          return [{ address, family: 4 }];
        },
      });
      const url = `http://hooks.example.com:${receiver.port}/`;
      await transport.send(request(url));
      address = '10.0.0.1';
      await transport.send(request(url));
      expect([receiver.connections, asked]).toEqual([1, 1]);

      // The answer of DNS is cached for ten seconds.
      const now = performance.now.bind(performance);
      const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + 11_000);
      try {
        for (const socket of receiver.sockets) socket.destroy();
        while (transport.stats().connections > 0) await new Promise(setImmediate);
        const error = await failureOf(transport.send(request(url)));
        expect(error).toMatchObject({ code: 'blocked', detail: 'hooks.example.com resolves to 10.0.0.1' });
        expect([receiver.connections, asked]).toEqual([1, 2]);
      } finally {
        clock.mockRestore();
      }
    });
  });

  describe('a connection that is reset', () => {
    it('in a later use, before any response, causes one more try on a new connection', async () => {
      const receiver = await listen((socket, _, nth) => {
        if (nth === 1) socket.write(answerBytes(200));
        else socket.resetAndDestroy();
      });
      const transport = transports.make(kind);
      await transport.send(request(receiver.origin));
      const response = await transport.send(request(receiver.origin));

      expect(response.status).toBe(200);
      expect(receiver.requests).toHaveLength(3);
      expect(receiver.requests[2]!.equals(receiver.requests[1]!)).toBe(true);
      expect(transport.stats()).toMatchObject({ requests: 2, connections: 1 });
    });

    it('in its first use causes no other try', async () => {
      const receiver = await listen((socket) => socket.resetAndDestroy());
      const error = await failureOf(transports.make(kind).send(request(receiver.origin)));

      expect(error.code).toBe('reset');
      expect(receiver.requests).toHaveLength(1);
    });

    it('causes an error if the connection of the second try is reset, too', async () => {
      const receiver = await listen((socket, _, nth) => {
        if (receiver.requests.length === 1 && nth === 1) socket.write(answerBytes(200));
        else socket.resetAndDestroy();
      });
      const transport = transports.make(kind);
      await transport.send(request(receiver.origin));

      expect((await failureOf(transport.send(request(receiver.origin)))).code).toBe('reset');
      expect(receiver.requests).toHaveLength(3);
    });

    it('after the first bytes of a response causes no other try', async () => {
      const receiver = await listen((socket, _, nth) => {
        if (nth === 1) socket.write(answerBytes(200));
        else socket.write('HTTP/1.1 2', () => socket.destroy());
      });
      const transport = transports.make(kind);
      await transport.send(request(receiver.origin));

      expect((await failureOf(transport.send(request(receiver.origin)))).code).toMatch(/reset|headers/);
      expect(receiver.requests).toHaveLength(2);
    });

    it('while it is idle does not affect the next request', async () => {
      const receiver = await listen(always(200));
      const transport = transports.make(kind);
      for (let i = 0; i < 20; i++) {
        expect((await transport.send(request(receiver.origin))).status).toBe(200);
        for (const socket of receiver.sockets) socket.destroy();
      }
      expect(receiver.requests.length).toBeGreaterThanOrEqual(20);
    });
  });

  it('ignores a response that arrives without a request: the next request gets its own response', async () => {
    const receiver = await listen((socket, _, nth) => {
      const forged =
        nth === 1 && receiver.requests.length === 1 ? answerBytes(500, 'forged') : Buffer.alloc(0);
      socket.write(Buffer.concat([answerBytes(200, 'ok'), forged]));
    });
    const transport = transports.make(kind);
    for (let i = 0; i < 5; i++) {
      expect(await transport.send(request(receiver.origin))).toMatchObject({ status: 200, body: 'ok' });
    }
  });

  it.each(['http', 'https'])(
    'sends no byte over %s to a peer whose address is not the one that was checked',
    async (scheme) => {
      const bytes: Buffer[] = [];
      const receiver = await listen(always(200), {
        greet: (socket) => socket.on('data', (chunk) => bytes.push(chunk)),
      });
      const stopPretending = await pretendPeer('10.0.0.9');
      try {
        const transport = transports.make(kind);
        const error = await failureOf(transport.send(request(`${scheme}://127.0.0.1:${receiver.port}/`)));
        while (receiver.connections === 0 || receiver.sockets.size > 0) await new Promise(setImmediate);

        expect(error).toMatchObject({ code: 'blocked', detail: '127.0.0.1 connected to 10.0.0.9' });
        expect(error.message).not.toContain('10.0.0.9');
        expect(bytes).toEqual([]);
        expect(transport.stats()).toMatchObject({ connections: 0, pools: 0 });
      } finally {
        stopPretending();
      }
    },
  );

  it('when closed, closes idle connections at once, ends running requests with `aborted`, and sends nothing more', async () => {
    const receiver = await listen((socket, bytes) => {
      if (bytes.toString().startsWith('POST /quick')) socket.write(answerBytes(200));
    });
    const transport = transports.make(kind, { connectionsPerOrigin: 2 });
    await transport.send(request(`${receiver.origin}/quick`));
    const running = [1, 2, 3].map(() => failureOf(transport.send(request(`${receiver.origin}/hangs`))));
    while (receiver.requests.length < 3) await new Promise(setImmediate);
    await transport.close();

    expect((await Promise.all(running)).map(({ code }) => code)).toEqual(['aborted', 'aborted', 'aborted']);
    expect(transport.stats()).toMatchObject({ connections: 0, pools: 0 });
    expect((await failureOf(transport.send(request(`${receiver.origin}/quick`)))).code).toBe('aborted');
    expect(receiver.requests).toHaveLength(3);
  });
});

// One test for both transports, because it only waits.
it('On the wire, each transport closes idle connections after four seconds', async () => {
  const transports = new Transports();
  const receiver = await RawReceiver.listen(always(200, 'ok', { 'keep-alive': 'timeout=600' }));
  const all = KINDS.map((kind) => transports.make(kind));
  await Promise.all(all.map((transport) => transport.send(request(receiver.origin))));
  const sockets = [...receiver.sockets];
  expect(sockets).toHaveLength(KINDS.length);
  await within(6_000, () => Promise.all(sockets.map((socket) => once(socket, 'close'))));

  for (const transport of all) {
    while (transport.stats().connections > 0) await new Promise(setImmediate);
    expect(transport.stats().pools).toBe(0);
  }
  await transports.close();
  await receiver.close();
}, 10_000);
