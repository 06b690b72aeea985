import { EgressGuard } from '../../libs/webhooks/src/http/policy/egress-guard.js';
import { createTransport } from '../../libs/webhooks/src/http/client/create-transport.js';
import { guardedDial } from '../../libs/webhooks/src/http/connections/guarded-dial.js';
import { Resolver } from '../../libs/webhooks/src/http/connections/resolver.js';
import type { Lookup } from '../../libs/webhooks/src/http/connections/resolver.js';
import { HttpError } from '../../libs/webhooks/src/http/transport.js';
import type { HttpTransport } from '../../libs/webhooks/src/http/transport.js';
import { checkUrl, UrlRefusedError } from '../../libs/webhooks/src/http/policy/url-policy.js';
import { DialRecorder } from './dial-recorder.js';
import { HOSTILE, LEGAL } from './url-corpus.js';
import type { CorpusRow } from './url-corpus.js';
import { itForAll } from '../support/it-for-all.js';

const CORPUS = [...LEGAL, ...HOSTILE];

function answering(answers: readonly string[]): Lookup {
  return async () => answers.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}

async function failure(transport: HttpTransport, url: string): Promise<HttpError> {
  try {
    await transport.send({ url, headers: {}, body: Buffer.from('{}'), timeoutMs: 5_000 });
  } catch (error) {
    expect(error).toBeInstanceOf(HttpError);
    return error as HttpError;
  }
  throw new Error('The request was sent.');
}

describe('Outgoing connections', () => {
  const recorder = new DialRecorder();
  beforeAll(() => recorder.start());
  afterAll(() => recorder.stop());
  beforeEach(() => {
    recorder.take();
  });

  it('are tested with at least 150 different hostile URLs', () => {
    expect(HOSTILE.length).toBeGreaterThanOrEqual(150);
    expect(new Set(CORPUS.map(({ url }) => url)).size).toBe(CORPUS.length);
  });

  itForAll(CORPUS)('are allowed or refused by the URL rules', ({ url, policy }) => {
    let said: string = 'passes';
    try {
      checkUrl(url, { allowHttp: true });
    } catch (error) {
      expect(error).toBeInstanceOf(UrlRefusedError);
      said = (error as UrlRefusedError).code;
    }
    expect(said).toBe(policy);
  });

  describe.each(['axios', 'undici'] as const)('through the %s transport', (kind) => {
    async function dialsOf({ url, answers }: CorpusRow): Promise<[dials: string[], error: HttpError]> {
      const transport = createTransport({ kind, allowHttp: true, lookup: answering(answers) });
      const error = await failure(transport, url);
      await transport.close();
      return [recorder.take(), error];
    }

    itForAll(LEGAL)('are made to the addresses of a legal URL', async (row) => {
      const [dials, error] = await dialsOf(row);
      expect(new Set(dials)).toEqual(new Set(row.dials));
      expect(error.code).toBe('connect');
    });

    itForAll(HOSTILE)('are made only to public addresses for a hostile URL', async (row) => {
      const [dials, error] = await dialsOf(row);
      expect(dials).toEqual(row.policy === 'passes' ? row.dials : []);
      expect(error.code).toBe(row.policy === 'passes' && row.dials.length > 0 ? 'connect' : 'blocked');
      for (const address of row.answers) if (address !== '') expect(error.message).not.toContain(address);
    });
  });

  itForAll(CORPUS)('are not made to private addresses, even without the URL rules', async (row) => {
    if (!URL.canParse(row.url)) return;
    const { hostname, protocol, port, host } = new URL(row.url);
    if (!/^https?:$/.test(protocol)) return;
    const guard = new EgressGuard();
    const dial = guardedDial(guard, new Resolver(guard, answering(row.answers)));
    const target = { hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port };
    const error = await new Promise((resolve) => {
      dial(target, () => undefined, resolve);
    });
    const dialled = recorder.take();
    expect(error).not.toBeNull();
    for (const address of dialled) expect(row.dials).toContain(address);
  });

  it('are not made to a socket path', async () => {
    const guard = new EgressGuard({ allowedAddresses: ['127.0.0.0/8'] });
    const dial = guardedDial(guard, new Resolver(guard, answering([])));
    const error = await new Promise((resolve) => {
      dial(
        { hostname: '127.0.0.1', protocol: 'http:', port: '80', socketPath: '/var/run/docker.sock' },
        () => undefined,
        resolve,
      );
    });
    expect(error).toMatchObject({ code: 'blocked' });
    expect(recorder.take()).toEqual([]);
  });

  it.each(['axios', 'undici'] as const)(
    'are not made to a private address to which a name resolves after some lookups (%s)',
    async (kind) => {
      for (let publicAnswers = 0; publicAnswers < 8; publicAnswers++) {
        let asked = 0;
        const transport = createTransport({
          kind,
          lookup: async () => [
            { address: asked++ < publicAnswers ? '93.184.216.34' : '10.66.66.66', family: 4 },
          ],
        });
        for (let i = 0; i < 4; i++) await failure(transport, 'https://rebind.example.com/');
        expect(recorder.take()).not.toContain('10.66.66.66');
        await transport.close();
      }
    },
  );

  it('are not made to a private address to which a name resolves after the cached answer has expired', async () => {
    const guard = new EgressGuard();
    let now = 0;
    let address = '93.184.216.34';
    const dial = guardedDial(
      guard,
      new Resolver(
        guard,
        async () => [{ address, family: 4 }],
        () => now,
      ),
    );
    const codeOf = () =>
      new Promise<string | undefined>((resolve) => {
        const target = { hostname: 'rebind.example.com', protocol: 'http:', port: '80' };
        dial(
          target,
          () => undefined,
          (error) => resolve(error?.code),
        );
      });
    expect(await codeOf()).toBe('connect');
    address = '169.254.169.254';
    expect(await codeOf()).toBe('connect');
    now += 10_001;
    expect(await codeOf()).toBe('blocked');
    expect(recorder.take()).toEqual(['93.184.216.34', '93.184.216.34']);
  });

  it('are made only to the public addresses of a cached answer, each time', async () => {
    let asked = 0;
    const transport = createTransport({
      kind: 'undici',
      lookup: async () => {
        asked++;
        return [
          { address: '10.0.0.1', family: 4 },
          { address: '93.184.216.34', family: 4 },
        ];
      },
    });
    for (let i = 0; i < 3; i++) await failure(transport, 'https://mixed.example.com/');
    expect(asked).toBe(1);
    expect(recorder.take()).toEqual(['93.184.216.34', '93.184.216.34', '93.184.216.34']);
    await transport.close();
  });

  itForAll(
    ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy', 'ALL_PROXY'].flatMap((variable) =>
      (['axios', 'undici'] as const).map((kind) => [variable, kind] as const),
    ),
  )('do not use a proxy of the environment', async ([variable, kind]) => {
    process.env[variable] = 'http://93.184.216.99:3128';
    try {
      const transport = createTransport({ kind, allowHttp: true, lookup: answering(['93.184.216.34']) });
      await failure(transport, 'https://hooks.example.com/');
      await failure(transport, 'http://hooks.example.com/');
      expect(recorder.take()).toEqual(['93.184.216.34', '93.184.216.34']);
      await transport.close();
    } finally {
      delete process.env[variable];
    }
  });

  it('are made to private addresses that are allowed, but not to their neighbours', async () => {
    const transport = createTransport({
      allowHttp: true,
      allowedAddresses: ['10.1.0.0/16', 'fd00:1::/32'],
      lookup: answering(['10.2.0.1']),
    });
    await failure(transport, 'http://10.1.2.3/');
    await failure(transport, 'http://[fd00:1::7]/');
    expect(recorder.take()).toEqual(['10.1.2.3', 'fd00:1::7']);
    await failure(transport, 'http://10.2.0.1/');
    await failure(transport, 'http://[fd00:2::7]/');
    await failure(transport, 'http://hooks.example.com/');
    expect(recorder.take()).toEqual([]);
    await transport.close();
  });

  it('to an allowed host use the resolver of the system, including its hosts file, and may go to any address', async () => {
    const transport = createTransport({
      allowHttp: true,
      allowedHosts: ['localhost'],
      lookup: answering([]),
    });
    const error = await failure(transport, 'http://localhost:8080/');
    expect(error.code).toBe('connect');
    expect(recorder.take()).toContain('127.0.0.1');
    await transport.close();
  });
});
