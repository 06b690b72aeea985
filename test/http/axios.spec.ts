import { AxiosError, create } from 'axios';
import type { InternalAxiosRequestConfig } from 'axios';
import { AxiosTransport } from '../../libs/webhooks/src/http/client/axios-transport.js';
import { always, RawReceiver } from './raw-receiver.js';
import { failureOf, request, Transports } from './sending.js';
import { itForAll } from '../support/it-for-all.js';

describe('The axios transport', () => {
  const transports = new Transports();
  let receiver: RawReceiver;
  beforeEach(async () => {
    receiver = await RawReceiver.listen(always(500, 'broken', { 'x-request-id': 'r1' }));
  });
  afterEach(async () => {
    await transports.close();
    await receiver.close();
  });

  const headersSent = (): string[] =>
    receiver.requests[0]!.toString().split('\r\n\r\n')[0]!.split('\r\n').slice(3);

  it('lets an interceptor add headers, which are sent before the module’s headers', async () => {
    const transport = transports.make('axios', {
      interceptors: [
        async (config) => {
          await new Promise(setImmediate);
          config.headers.set('X-Egress-Team', 'sms');
          config.headers['traceparent'] = '00-abc';
          return config;
        },
      ],
    });
    await transport.send(request(receiver.origin));

    expect(headersSent()).toEqual([
      'x-egress-team: sms',
      'traceparent: 00-abc',
      'content-type: application/json',
      'content-length: 7',
    ]);
  });

  itForAll(['webhook-signature', 'Webhook-Signature', 'WEBHOOK-SIGNATURE'])(
    'keeps the module’s header, however an interceptor spells the header’s name',
    async (name) => {
      const transport = transports.make('axios', {
        interceptors: [
          (config) => {
            config.headers.set(name, 'forged', true);
            config.headers.delete('content-type');
            return config;
          },
        ],
      });
      await transport.send(
        request(receiver.origin, {
          headers: { 'content-type': 'application/json', 'webhook-signature': 'v1,true' },
        }),
      );

      expect(headersSent()).toEqual([
        'content-type: application/json',
        'webhook-signature: v1,true',
        'content-length: 7',
      ]);
    },
  );

  it.each<[string, (config: InternalAxiosRequestConfig) => unknown]>([
    ['the URL', (config) => (config.url += '?x=1')],
    ['the URL by parameters', (config) => (config.params = { x: 1 })],
    ['the URL by a base', (config) => (config.baseURL = 'http://127.0.0.1:1')],
    ['the method', (config) => (config.method = 'put')],
    ['the body', (config) => (config.data = Buffer.from('{"a":1}'))],
    ['the body by a transform', (config) => (config.transformRequest = [() => 'other'])],
    ['a framing header', (config) => config.headers.set('Transfer-Encoding', 'chunked')],
    ['the Host header', (config) => config.headers.set('Host', 'evil.example.com')],
    [
      'the adapter',
      (config) =>
        (config.adapter = async () => ({ status: 200, statusText: '', headers: {}, data: '', config })),
    ],
    [
      'nothing and throws',
      () => {
        throw new TypeError(`cannot read ${receiver.origin}/path`);
      },
    ],
  ])('fails if an interceptor changes %s, and sends nothing', async (_, change) => {
    const transport = transports.make('axios', {
      interceptors: [
        (config) => {
          change(config);
          return config;
        },
      ],
    });
    const error = await failureOf(transport.send(request(receiver.origin)));

    expect(error).toMatchObject({
      code: 'internal',
      message: expect.stringMatching(/^An axios interceptor /),
    });
    expect(error.message).not.toContain(receiver.origin);
    expect(receiver.connections).toBe(0);
  });

  it('counts the time of interceptors towards the deadline, and sends nothing after the deadline', async () => {
    let go = (): void => undefined;
    const transport = transports.make('axios', {
      interceptors: [
        (config) =>
          new Promise((resolve) => {
            go = () => resolve(config);
          }),
      ],
    });
    const error = await failureOf(transport.send(request(receiver.origin, { timeoutMs: 100 })));
    go();
    await new Promise(setImmediate);

    expect(error.code).toBe('timeout');
    expect(receiver.connections).toBe(0);
  });

  it('uses an instance of the host, including the default headers and interceptors of that instance', async () => {
    const instance = create({
      headers: { 'X-From': 'host' },
      timeout: 1,
      maxRedirects: 5,
      responseType: 'json',
    });
    const answers: unknown[] = [];
    instance.interceptors.response.use((response) => {
      answers.push([response.status, response.headers['x-request-id'], response.data]);
      throw new Error('The host dislikes a 500');
    });
    const response = await transports.make('axios', { axios: instance }).send(request(receiver.origin));
    await new Promise(setImmediate);

    expect(response).toMatchObject({ status: 500, body: 'broken' });
    expect(answers).toEqual([[500, 'r1', 'broken']]);
    expect(headersSent()).toContain('x-from: host');
  });

  it.each([
    { proxy: { host: '127.0.0.1', port: 1 } },
    { baseURL: 'http://x' },
    { auth: { username: 'a', password: 'b' } },
  ])('refuses an instance with %p', (defaults) => {
    expect(() => new AxiosTransport({ axios: create(defaults) })).toThrow(
      new RegExp(`must not have a default ${Object.keys(defaults)[0]}\\.`),
    );
  });

  it.each([
    { Authorization: 'Bearer S3CRET' },
    { common: { authorization: 'Bearer S3CRET' } },
    { post: { Cookie: 'session=S3CRET' } },
  ])('refuses an instance with credentials of the host: %p', (headers) => {
    const instance = create({ headers: headers as never });
    expect(() => new AxiosTransport({ axios: instance })).toThrow(
      /default header \w+, which every customer would receive/i,
    );
  });

  it('sends nothing if an instance later gets credentials of the host', async () => {
    const instance = create();
    const transport = transports.make('axios', { axios: instance });
    instance.defaults.headers.common['Authorization'] = 'Bearer S3CRET';
    const error = await failureOf(transport.send(request(receiver.origin)));

    expect(error).toMatchObject({
      code: 'internal',
      message: expect.stringContaining('every customer would receive'),
    });
    expect(error.message).not.toContain('S3CRET');
    expect(receiver.requests).toEqual([]);
    delete instance.defaults.headers.common['Authorization'];
    instance.interceptors.request.use((config) => {
      config.headers.set('Authorization', 'Bearer of-the-customer');
      return config;
    });
    await transport.send(request(receiver.origin));
    expect(headersSent()).toContain('authorization: Bearer of-the-customer');
  });

  it('never rejects with an AxiosError', async () => {
    const instance = create();
    instance.interceptors.request.use(() =>
      Promise.reject(new AxiosError('x', 'ERR', { data: 'secret' } as never)),
    );
    const error = await failureOf(
      transports.make('axios', { axios: instance }).send(request(receiver.origin)),
    );

    expect(error).toMatchObject({
      name: 'HttpError',
      code: 'internal',
      message: 'An axios interceptor failed (AxiosError).',
    });
    expect(error).not.toHaveProperty('config');
  });
});
