import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { useEngine } from '../engine/support/engine.js';
import { selfSigned } from '../http/certificate.js';
import { freePort } from '../support/free-port.js';
import { nginx, startNginx } from './clients/nginx.js';
import { verifiers } from './clients/verifiers.js';
import { webServers, type Accept } from './clients/web-servers.js';
import { interpreters, startPhp, startPython } from './receiver-process.js';
import { bodyOf, requestOf, secretOf } from './signed-request.js';

const HOST = 'hooks.example.com';
const certificate = selfSigned(HOST);

/** The event names that an endpoint of each profile registers for. */
const EVENTS: Record<WebhookProfile, string[]> = {
  standard: ['*'],
  'standard-cloudevents': ['*'],
  msgine: ['*'],
  opensms: ['*'],
  mysmsgate: ['incoming-sms', 'delivery-report'],
  'mobile-text-alerts': ['delivery-status'],
  httpsms: ['*'],
};
const PROFILES = Object.keys(EVENTS) as WebhookProfile[];
/** Text that reveals any change of encoding, escaping or white space. */
const TEXT = 'Zoë said: "5 €, not <b>5 & 6</b>" 🙂\n\\ \u2028';
/** At least 32 bytes, because some JWT libraries refuse shorter keys. */
const OWN_SECRET = 'a signing key of thirty-two bytes';
const withoutProxy = nginx === null ? ['PHP and PyJWT behind nginx: there is no nginx'] : [];
const withoutPhp = interpreters.php === null ? ['PHP behind nginx: there is no PHP'] : [];
const withoutJwt = interpreters.pythonJwt
  ? []
  : ['PyJWT behind nginx: there is no Python with Flask and PyJWT'];

describe('Receivers as customers run them', () => {
  const engine = useEngine({
    options: {
      profiles: [msgine({ httpsOnly: false })],
      limits: { registrationsPerMinute: 1000 },
      network: { ca: certificate.cert, lookup: async () => [{ address: '127.0.0.1', family: 4 }] },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'clients-'));
  const closers: (() => Promise<unknown>)[] = [];
  /** URL and secret of each endpoint. The keys name the receiver and the profile. */
  const registered = new Map<string, { url: string; secret: string }>();

  afterAll(async () => {
    await Promise.all(closers.map((close) => close()));
    rmSync(folder, { recursive: true });
  });

  it(`on ${Object.keys(webServers).join(', ')}, and on PHP and Flask behind nginx, verify webhooks that arrive at the same time, and refuse forged webhooks`, async () => {
    const verified: string[] = [];
    const direct: { name: string; port: number; profiles: WebhookProfile[] }[] = [];
    const nodes = Object.entries(webServers).map(async ([name, start]) => {
      const { port, close } = await start(acceptAs(name, verified));
      closers.push(close);
      direct.push({ name, port, profiles: PROFILES });
      for (const profile of PROFILES) await register(name, profile, `http://127.0.0.1:${port}/${profile}`);
    });
    const [processes] = await Promise.all([startBehindNginx(), ...nodes]);
    direct.push(...processes.map(({ name, port, profiles }) => ({ name, port, profiles })));

    const tenants = direct.map(({ name }) => name);
    const message = { id: 'm1', direction: 'out', from: '+18005550199', to: '+256701521269' } as const;
    const reply = { id: 'm2', direction: 'in', from: message.to, to: message.from, body: TEXT } as const;
    const events = tenants.flatMap((tenantId) => [
      messageEvent('message.delivered', { tenantId, message: { ...message, body: TEXT } }),
      messageEvent('message.received', { tenantId, message: reply }),
    ]);
    await engine().publish(...events);
    await engine().runOnce();

    for (const tenantId of tenants) {
      const sent = await engine().deliveries(tenantId);
      expect([tenantId, sent.map(({ state, attempts }) => `${state} ${attempts.length}`)]).toEqual([
        tenantId,
        sent.map(() => 'delivered 1'),
      ]);
    }
    const promised = Object.keys(webServers).flatMap((name) =>
      PROFILES.flatMap((profile) =>
        Object.keys(verifiers[profile]).map((library) => `${library} on ${name}: ${profile}`),
      ),
    );
    expect([...new Set(verified)].toSorted()).toEqual(promised.toSorted());
    for (const { worked, lines } of processes) expect([...new Set(worked)].toSorted()).toEqual(lines);

    const statuses = direct.map(async ({ port, profiles }) =>
      Promise.all(profiles.map((profile) => statusOfForgery(port, profile))),
    );
    expect(await Promise.all(statuses)).toEqual(direct.map(({ profiles }) => profiles.map(() => 401)));
  });

  function acceptAs(name: string, verified: string[]): Accept {
    return async (path, headers, rawBody, parsed) => {
      const profile = path.slice(1) as WebhookProfile;
      const { url, secret } = registered.get(`${name} ${profile}`)!;
      const request = { headers: headers as Record<string, string>, rawBody, url, secret };
      for (const [library, verify] of Object.entries(verifiers[profile])) {
        try {
          await verify(request);
        } catch {
          return 401;
        }
        verified.push(`${library} on ${name}: ${profile}`);
      }
      const isParsed = parsed === undefined || isDeepStrictEqual(parsed, JSON.parse(rawBody.toString()));
      return isParsed ? 200 : 400;
    };
  }

  /** Starts the servers of PHP and Flask behind nginx with TLS. Leaves out what this machine lacks. */
  async function startBehindNginx() {
    if (nginx === null) return [];
    const started = await Promise.all([
      ...(interpreters.php === null ? [] : [startPhpServer()]),
      ...(interpreters.pythonJwt ? [startFlask()] : []),
    ]);
    const upstreams = Object.fromEntries(started.map(({ name, port }) => [name, port]));
    const { port, close } = await startNginx(certificate, upstreams);
    closers.push(close);
    for (const { name, profiles } of started)
      for (const profile of profiles)
        await register(name, profile, `https://${HOST}:${port}/${name}/${profile}`);
    writeFileSync(
      join(folder, 'secrets.json'),
      JSON.stringify(
        Object.fromEntries(PROFILES.map((profile) => [profile, registered.get(`php ${profile}`)])),
      ),
    );
    return started;
  }

  async function startPhpServer() {
    const port = await freePort();
    const environment = { SECRETS: join(folder, 'secrets.json') };
    const { worked, stop } = await startPhp(join(__dirname, 'clients/verify-all.php'), port, environment);
    closers.push(stop);
    const lines = PROFILES.map((profile) => `${profile} verified`).toSorted();
    return { name: 'php', port, profiles: PROFILES, worked, lines };
  }

  async function startFlask() {
    const { url, worked, stop } = await startPython([join(__dirname, 'python/serve.py'), 'httpsms'], {
      WEBHOOK_SECRET: OWN_SECRET,
    });
    closers.push(stop);
    const lines = [
      'message.phone.delivered from /v1/messages/m1/events',
      'message.phone.received from /v1/messages/receive',
    ];
    return { name: 'flask', port: Number(new URL(url).port), profiles: ['httpsms' as const], worked, lines };
  }

  async function register(name: string, profile: WebhookProfile, url: string): Promise<void> {
    const { endpoints, accounts } = engine().webhooks;
    const brings = ['opensms', 'mobile-text-alerts', 'httpsms'].includes(profile);
    const created = await endpoints.create(name, {
      url,
      profile,
      events: EVENTS[profile],
      timeoutMs: 30_000,
      ...(brings && { secret: OWN_SECRET }),
    });
    const isAccounts = ['msgine', 'mysmsgate'].includes(profile);
    const secret = isAccounts ? (await accounts.secret(name)).secret : created.secret;
    registered.set(`${name} ${profile}`, { url, secret: secret! });
  }
});

/** The status of the response to a request that is signed with another secret. */
async function statusOfForgery(port: number, profile: WebhookProfile): Promise<number> {
  const { headers, body } = requestOf[profile](bodyOf[profile], secretOf[profile]);
  const response = await fetch(`http://127.0.0.1:${port}/${profile}`, { method: 'POST', headers, body });
  return response.status;
}

const skipped = [...withoutProxy, ...withoutPhp, ...withoutJwt];
if (skipped.length > 0) it.skip.each(skipped)('%s', () => undefined);
