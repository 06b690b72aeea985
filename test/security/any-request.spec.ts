import * as fc from 'fast-check';
import { expressRoutes } from '../support/routes.js';
import { type Calls, startHost, type WebhooksHost } from '../support/webhooks-host.js';
import { NASTY } from './hostile.js';
import { anyRequest, type AnyRequest, fieldByField, url } from './requests.js';

const options = { compat: ['mobile-text-alerts', 'httpsms'] as ('mobile-text-alerts' | 'httpsms')[] };

/** Texts that could break a database, a parser or an object: alone, in a list, as a value and as a key. */
const BREAKING: readonly unknown[] = [
  'a\0b',
  'a\ud800b',
  ['a\0b'],
  { 'x-a': 'a\0b' },
  { 'a\ud800': 'b' },
  '__proto__',
  'constructor',
  'toString',
  '\u001b[31m\r\n',
  '\u202e',
];

/** An account, and the ids that replace `:id` in a path: those of the account's objects. */
interface Caller {
  api: Calls;
  endpoint: string;
  delivery: string;
  textAlerts: string;
  httpsms: string;
}

describe.each(['express', 'fastify'] as const)('Whatever is sent to whichever route, on %s,', (adapter) => {
  const errors: unknown[] = [];
  const callers: Caller[] = [];
  let host: WebhooksHost;
  let routes: string[];
  let calls = 0;

  async function newCaller(name: string): Promise<Caller> {
    const api = host.as(name);
    const created = await api.post('/webhooks', { url, events: ['*'], active: false }).expect(201);
    const textAlerts = await api.post('/v3/webhooks', { event: 'message-reply', url, secret: 'abc' });
    const fields = { url, events: ['message.phone.sent'], phone_numbers: ['+18005550199'] };
    const httpsms = await api.post('/v1/webhooks', fields).expect(201);
    await api.post(`/webhooks/${created.body.id}/test?wait=1`, {}).expect(202);
    await host.webhooks.runOnce();
    const log = await api.get('/webhooks/deliveries').expect(200);
    return {
      api,
      endpoint: created.body.id,
      delivery: log.body.data[0].id,
      textAlerts: String(textAlerts.body.data.id),
      httpsms: httpsms.body.data.id,
    };
  }

  beforeAll(async () => {
    host = await startHost({ adapter, logger: false, options });
    const log = { log() {}, warn() {}, error: (...said: unknown[]) => void errors.push(said) };
    host.app.useLogger(log);
    // The routes are the same on both adapters, but only Express can list them.
    const shown = adapter === 'express' ? host : await startHost({ logger: false, options });
    routes = expressRoutes(shown.app);
    if (shown !== host) await shown.close();
    for (let i = 0; i < 12; i++) callers.push(await newCaller(`caller-${i}`));
  });
  afterAll(() => host.close());

  function pathOf({ route, id, query }: AnyRequest, caller: Caller): string {
    const [method, path] = route.split(' ') as [string, string];
    const filled = path.replace(/(wh_|dlv_)?:(?:id|subject)/, (name, prefix: string | undefined) => {
      // A DELETE never gets the id of an object of the caller, because later calls need these objects.
      if (id !== null || method === 'DELETE') return `${prefix ?? ''}${id ?? '0'}`;
      if (prefix === 'wh_') return caller.endpoint;
      if (prefix === 'dlv_') return caller.delivery;
      if (path.startsWith('/v3')) return caller.textAlerts;
      return path.startsWith('/v1') ? caller.httpsms : name;
    });
    // No worker runs here, so the route for test events should wait only 1 ms, not the default 2 s.
    return filled + (path.endsWith('/test') && query === '' ? '?wait=1' : query);
  }

  /** Sends a request, and expects a JSON response that is not a server error. */
  async function answerTo(any: AnyRequest): Promise<number> {
    const caller = callers[calls++ % callers.length]!;
    const method = any.route.split(' ', 1)[0]!.toLowerCase() as keyof Calls;
    const path = pathOf(any, caller);
    let call = caller.api[method](path);
    if (any.authorization) call = call.set('authorization', 'Bearer x');
    if (method !== 'get' && any.contentType !== '') call = call.set('content-type', any.contentType);
    const { status, headers, body } = method === 'get' ? await call : await call.send(any.body);
    const isJson = status === 204 || String(headers['content-type']).includes('application/json');
    expect([path, status, status < 500, isJson]).toEqual([path, status, true, true]);
    expect(body).toEqual(expect.any(Object));
    return status;
  }

  it('the API never responds with a 500 to hostile text in any field', async () => {
    const some = adapter === 'express' ? BREAKING : BREAKING.slice(0, 1);
    const rest = { id: null, query: '', contentType: 'application/json', authorization: false };
    for (const { route, body } of fieldByField(some)) await answerTo({ ...rest, route, body });
    expect(errors).toEqual([]);
  });

  it('the API responds with JSON and never with a 500, and logs no error', async () => {
    expect(routes.length).toBeGreaterThan(25);
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(anyRequest(routes), async (any) => {
        seen.add(await answerTo(any));
      }),
      { numRuns: 400 },
    );
    expect(errors).toEqual([]);
    // These statuses show that enough requests have passed the first checks.
    for (const status of [200, 201, 400, 404, 415, 422]) expect([...seen]).toContain(status);
    for (const name of NASTY) expect(Object.hasOwn({}, name)).toBe(false);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
