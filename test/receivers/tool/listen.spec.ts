import { createServer, request, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { msgine } from '../../../libs/webhooks/src/profiles/dialects/msgine.js';
import { standard } from '../../../libs/webhooks/src/profiles/dialects/standard.js';
import { defineProfile } from '../../../libs/webhooks/src/profiles/profile.js';
import { delivered, useEngine } from '../../engine/support/engine.js';
import { requestOf, secretOf, type SignedRequest } from '../signed-request.js';
import { ListenProcess, runTool } from './tool.js';

/** For each profile, an event name under which `message.delivered` arrives. */
const EVENTS: Record<WebhookProfile, string> = {
  standard: 'message.delivered',
  'standard-cloudevents': 'message.delivered',
  msgine: 'message.delivered',
  opensms: 'sms.delivered',
  mysmsgate: 'delivery-report',
  'mobile-text-alerts': 'delivery-status',
  httpsms: 'message.phone.delivered',
};
const PROFILES = Object.keys(EVENTS) as WebhookProfile[];
/** Accepts any timestamp, for tests that move the sender's clock. */
const ANY_TIME = ['--tolerance', '999999'];
const OF_ACCOUNT: WebhookProfile[] = ['msgine', 'mysmsgate'];

describe('listen', () => {
  const engine = useEngine({
    options: {
      profiles: [
        msgine({ httpsOnly: false }),
        // Waits for a response for only half a second.
        defineProfile({ ...standard(), name: 'hasty', timeoutMs: 500 }),
      ],
    },
  });
  const closers: (() => unknown)[] = [];

  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });

  const listen = async (...args: string[]): Promise<ListenProcess> => {
    const listening = await ListenProcess.start(...args);
    closers.push(() => listening.stop());
    return listening;
  };

  const temporaryFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'listen-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    return folder;
  };

  /** Registers an endpoint. The tool needs the endpoint's secret to start, so `move` sets the URL after the start. */
  async function endpointOf(tenantId: string, profile: WebhookProfile) {
    const { webhooks } = engine();
    const { id, secret } = await webhooks.endpoints.create(tenantId, {
      url: 'http://127.0.0.1:9999/',
      profile,
      events: [EVENTS[profile]],
      ...(!OF_ACCOUNT.includes(profile) && !profile.startsWith('standard') && { secret: secretOf[profile] }),
    });
    const own = OF_ACCOUNT.includes(profile) ? (await webhooks.accounts.secret(tenantId)).secret : secret;
    return {
      id,
      secret: own ?? secretOf[profile],
      move: (url: string) => webhooks.endpoints.update(tenantId, id, { url }),
    };
  }

  it('verifies what the module sends in every profile, and prints event and id', async () => {
    const endpoints = await Promise.all(PROFILES.map((profile) => endpointOf('a', profile)));
    const listening = await listen(...endpoints.flatMap(({ secret }) => ['--secret', secret]));
    for (const [index, { move }] of endpoints.entries()) await move(`${listening.url}/${PROFILES[index]}`);
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();

    const arrivals = new Map(
      (await listening.next(PROFILES.length)).map((each) => [each.path.slice(1), each]),
    );
    for (const profile of PROFILES) {
      const arrival = { profile, verified: true, type: EVENTS[profile], attempt: 1, answer: 200 };
      expect(arrivals.get(profile)).toMatchObject(arrival);
      expect(arrivals.get(profile)!.id).toMatch(/m1|^evt_|^[0-9a-f-]{36}$/);
    }
    const sent = await engine().deliveries('a');
    expect(sent.map(({ state }) => state)).toEqual(PROFILES.map(() => 'delivered'));
  });

  it('fails the first attempts of each event as requested, then succeeds', async () => {
    const { secret, move } = await endpointOf('b', 'standard');
    const listening = await listen('--secret', secret, '--fail', '2', '--answer', '503', ...ANY_TIME);
    await move(`${listening.url}/`);
    await engine().publish(delivered('b', 'm1'));
    for (let attempt = 0; attempt < 3; attempt++) {
      await engine().runOnce();
      engine().advance(3_600_000);
    }

    const arrivals = await listening.next(3);
    expect(arrivals.map(({ attempt, answer }) => [attempt, answer])).toEqual([
      [1, 503],
      [2, 503],
      [3, 200],
    ]);
    const [delivery] = await engine().deliveries('b');
    expect(delivery!.attempts.map(({ status }) => status)).toEqual([503, 503, 200]);
  });

  it('responds as the path says: with a status or a redirect, late, never, or with a reset', async () => {
    const listening = await listen('--delay', '1');
    const paths = ['/500', '/hooks/429', '/redirect', '/slow', '/hang', '/reset'];
    for (const path of paths) {
      await engine().webhooks.endpoints.create('c', {
        url: listening.url + path,
        events: ['*'],
        profile: path === '/hang' ? 'hasty' : 'standard',
      });
    }
    await engine().publish(delivered('c', 'm1'));
    await engine().runOnce();

    const arrivals = await listening.next(paths.length);
    // Without --secret, nothing is checked.
    expect(arrivals.map(({ verified }) => verified)).toEqual(paths.map(() => null));
    const sent = await engine().deliveries('c');
    const results = sent.map(({ url, lastAttempt }) => [
      new URL(url!).pathname,
      lastAttempt!.status ?? lastAttempt!.error,
    ]);
    expect(Object.fromEntries(results)).toEqual({
      '/500': 500,
      '/hooks/429': 429,
      '/redirect': 302,
      '/slow': 200,
      '/hang': 'timeout',
      '/reset': 'reset',
    });
  });

  it('says if a proxy has changed the body, if a clock is off, and if the secret is wrong', async () => {
    const { id, secret, move } = await endpointOf('d', 'standard');
    const listening = await listen('--secret', secret);
    const proxy = await startRewritingProxy(listening.url);
    closers.push(() => proxy.close());
    await move(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/proxied`);
    await engine().publish(delivered('d', 'm1'));
    await engine().runOnce();
    const [changed] = await listening.next(1);

    await move(`${listening.url}/direct`);
    engine().advance(600_000);
    await engine().publish(delivered('d', 'm2'));
    await engine().runOnce();
    const [late] = (await listening.next(2)).filter(({ path }) => path === '/direct');

    await engine().webhooks.endpoints.rotateSecret('d', id, { overlapMs: 0 });
    await engine().publish(delivered('d', 'm3'));
    await engine().runOnce();
    const rotated = (await listening.next(1)).at(-1);

    expect(changed).toMatchObject({
      verified: false,
      reason: 'signature-mismatch',
      answer: 401,
      type: 'message.delivered',
    });
    expect(changed!.message).toContain('the body was changed: it was parsed and written again as JSON');
    expect(late).toMatchObject({ verified: false, reason: 'timestamp-too-new', answer: 401 });
    expect(late!.message).toMatch(/in the future.* The clock of this machine says/);
    expect(rotated!.message).toContain('most likely the secret is wrong');
  });

  it('stores requests, and the replay command sends them again, unchanged or signed anew', async () => {
    const folder = temporaryFolder();
    const { secret, move } = await endpointOf('e', 'standard');
    const listening = await listen('--secret', secret, '--save', join(folder, 'new'), ...ANY_TIME);
    await move(`${listening.url}/`);
    await engine().publish(delivered('e', 'm1'));
    await engine().runOnce();
    const [first] = await listening.next(1);
    const replay = (...args: string[]) => runTool(['replay', ...args, '--to', `${listening.url}/again`]);

    const verified = await runTool(['verify', first!.file!, '--secret', secret, ...ANY_TIME]);
    const asItWas = await replay(join(folder, 'new'));
    const anew = await replay(first!.file!, '--secret', secret);
    const wrong = await replay(first!.file!, '--secret', 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD');

    expect(verified).toMatchObject({
      code: 0,
      stdout: `verified, standard: message.delivered, id ${first!.id}\n`,
    });
    expect(asItWas).toMatchObject({ code: 0, stdout: expect.stringMatching(/^200 {2}\d+ ms/) });
    expect(asItWas.stderr).toContain('Sent with the stored signature');
    expect(anew).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/Signed anew: profile standard, time /),
    });
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringMatching(/^401 /) });
    const arrivals = await listening.next(3);
    expect(arrivals.map(({ id, attempt, verified: ok }) => [id, attempt, ok])).toEqual([
      [first!.id, 1, true],
      [first!.id, 2, true],
      [first!.id, 3, false],
    ]);
  });

  it('accepts a delivery from the log only if the replay command signs it, because the log masks signatures', async () => {
    const folder = temporaryFolder();
    const listening = await listen('--secret', secretOf.opensms, '--profile', 'opensms');
    const { move } = await endpointOf('f', 'opensms');
    await move(`${listening.url}/500`);
    await engine().publish(delivered('f', 'm1'));
    await engine().runOnce();
    const [delivery] = await engine().deliveries('f');
    const file = join(folder, 'delivery.json');
    writeFileSync(file, JSON.stringify(delivery));
    const replay = (...args: string[]) =>
      runTool(['replay', file, ...args, '--to', `${listening.url}/again`]);

    const unsigned = await replay();
    const signed = await replay('--secret', secretOf.opensms);

    expect(unsigned).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Sent without a signature, because the log masks signatures'),
    });
    expect(signed).toMatchObject({ code: 0, stderr: 'Signed anew: profile opensms.\n' });
    const [original, first, second] = await listening.next(3);
    expect([first!.reason, second!.verified]).toEqual(['missing-header', true]);
    expect(second!.id).toBe(original!.id);
  });

  it('keeps a sender’s control characters in its JSON output, and the verify command escapes these characters', async () => {
    const child = await listen('--secret', secretOf.standard);
    const hostile = '{"type":"\\u001b[2J\\u202efoo"}';
    await post(`${child.url}/`, requestOf.standard(hostile, secretOf.standard));
    const [arrival] = await child.next(1);
    expect(arrival).toMatchObject({ verified: true, type: '\u001b[2J\u202efoo' });
    expect(await child.stop()).toBe(0);
    const { stdout } = await runTool(['verify', '--secret', secretOf.standard, ...headerFlags(hostile)], {
      input: hostile,
    });
    expect(stdout).toContain('\\u001b[2J\\u202efoo');
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });
});

function headerFlags(body: string): string[] {
  const { headers } = requestOf.standard(body, secretOf.standard);
  return Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
}

async function post(url: string, { headers, body }: SignedRequest): Promise<number> {
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

/** A proxy that parses bodies and writes them again, with blanks. */
async function startRewritingProxy(target: string): Promise<Server> {
  const server = createServer(async (incoming, response) => {
    const body = JSON.stringify(JSON.parse((await buffer(incoming)).toString('utf8')), null, 1);
    const headers = { ...incoming.headers, 'content-length': Buffer.byteLength(body) };
    const outgoing = request(target + incoming.url, { method: 'POST', headers }, (answer) => {
      response.writeHead(answer.statusCode!);
      answer.pipe(response);
    });
    outgoing.end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
