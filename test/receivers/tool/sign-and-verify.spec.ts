import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { verifyWebhook, type VerifyOptions, type WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { VERSION } from '../../../libs/receiver/src/cli/version.js';
import { builtInProfiles } from '../../../libs/webhooks/src/profiles/dialects/built-in-profiles.js';
import { bodyOf, requestOf, secretOf, standardRequest } from '../signed-request.js';
import { itForAll } from '../../support/it-for-all.js';
import { ListenProcess, runHere, runTool } from './tool.js';

const PROFILES = Object.keys(bodyOf) as WebhookProfile[];
const AT = 1_700_000_000;
const URL_OF_ENDPOINT = 'https://example.com/hook?a=1';
const folder = mkdtempSync(join(tmpdir(), 'receiver-tool-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The options of `sign` for a profile. */
function optionsOf(profile: WebhookProfile): string[] {
  if (profile.startsWith('standard')) return ['--id', 'evt_1', '--timestamp', String(AT)];
  if (profile !== 'httpsms') return [];
  return ['--timestamp', '2023-11-14T22:13:20Z', '--url', URL_OF_ENDPOINT, '--subject', 'account-a'];
}

function sign(profile: WebhookProfile, secret: string, ...args: string[]) {
  const file = join(folder, `${profile}.body`);
  writeFileSync(file, bodyOf[profile]);
  return runHere(['sign', file, '--profile', profile, '--secret', secret, ...args]);
}

describe('sign', () => {
  itForAll([
    ...PROFILES.map((profile) => ({ profile, secret: secretOf[profile] })),
    {
      profile: 'standard' as const,
      secret: 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
    },
  ])('makes the headers that the module sends', async ({ profile, secret }) => {
    const module = builtInProfiles.find(({ name }) => name === profile)!;
    const body = bodyOf[profile];
    const sent = module.headers({
      eventId: 'evt_1',
      sequence: '1',
      wireType: profile === 'httpsms' ? 'message.phone.delivered' : 'any',
      tenantId: 'account-a',
      url: URL_OF_ENDPOINT,
      body: Buffer.from(body),
      secrets: [secret],
      now: AT * 1000,
      attempt: 1,
    });
    delete sent['webhook-sequence']; // not part of any signature

    const { stdout, stderr } = await sign(profile, secret, ...optionsOf(profile), '--format', 'json');

    expect(stderr).toBe('');
    expect(JSON.parse(stdout).headers).toEqual({ ...sent, 'content-type': module.contentType });
  });

  it('prints a cURL command whose request is verified; the body has quotes, and comes from a file or from standard input', async () => {
    const secret = secretOf.standard;
    const body = `{ "type": "message.delivered", "data": "it's \\"here\\" $HOME \`id\`" }`;
    const file = join(folder, `it's a body.json`);
    writeFileSync(file, body);
    const listening = await ListenProcess.start('--secret', secret);
    try {
      for (const source of [[], [file]]) {
        const options = [
          '--secret',
          secret,
          '--url',
          `${listening.url}/hooks`,
          '--format',
          'curl',
          ...source,
        ];
        const { stdout } = await runTool(['sign', ...options], { input: body });
        const answered = await promisify(execFile)('sh', ['-c', stdout]);
        expect(answered.stdout).toMatch(/^HTTP\/1.1 200 OK/);
        expect(await listening.next(1)).toEqual([
          expect.objectContaining({
            path: '/hooks',
            type: 'message.delivered',
            verified: true,
            reason: null,
          }),
        ]);
      }
    } finally {
      await listening.stop();
    }
  });

  it('signs with several secrets during a rotation, and takes the secret from the environment', async () => {
    const older = 'whsec_plJ3nmyCDGBKInavdOK15jsl';
    const two = await sign('standard', secretOf.standard, '--secret', older, '--format', 'json');
    const fromEnvironment = await runTool(['sign', '--format', 'json'], {
      input: bodyOf.standard,
      env: { WEBHOOK_SECRET: older },
    });

    for (const [{ stdout }, secret] of [
      [two, secretOf.standard],
      [two, older],
      [fromEnvironment, older],
    ] as const) {
      const { headers } = JSON.parse(stdout);
      const options = {
        profile: 'standard',
        headers,
        body: bodyOf.standard,
        secrets: secret,
      } as VerifyOptions;
      expect(verifyWebhook(options).type).toBe('message.delivered');
    }
  });
});

describe('verify', () => {
  const secret = secretOf.standard;
  const good = standardRequest(bodyOf.standard, secret, { at: AT });
  const spaced = JSON.stringify(JSON.parse(bodyOf.standard), null, 2);
  const unsigned = { ...good.headers, 'webhook-signature': '' };
  const msgine = requestOf.msgine(bodyOf.msgine, secretOf.msgine);

  const verify = async (
    { headers, body }: { headers: Record<string, string>; body: string },
    ...args: string[]
  ) => {
    const file = join(folder, 'body.json');
    writeFileSync(file, body);
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      value ? ['-H', `${name}: ${value}`] : [],
    );
    return runHere(['verify', '--body', file, ...lines, ...args]);
  };

  itForAll(PROFILES)('accepts what sign has printed, with the headers in a file', async (profile) => {
    const headers = join(folder, `${profile}.headers`);
    writeFileSync(headers, (await sign(profile, secretOf[profile])).stdout);
    const args = ['verify', '--headers', headers, '--body', join(folder, `${profile}.body`)];
    const { code, stdout } = await runHere([...args, '--secret', secretOf[profile]]);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`verified, ${profile}: `)]);
  });

  it('reads the body from standard input', async () => {
    const headers = join(folder, 'headers.json');
    writeFileSync(headers, JSON.stringify(good.headers));
    const args = ['verify', '--headers', headers, '--secret', secret, '--tolerance', '999999999', '--json'];
    const { code, stdout } = await runTool(args, { input: good.body });
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ verified: true, id: 'evt_1' })]);
  });

  itForAll([
    {
      what: 'the time',
      request: good,
      args: ['--now', String(AT + 301)],
      says: /too-old.*301 s in the past.*clock of this machine/,
    },
    {
      what: 'the time',
      request: good,
      args: ['--now', '2023-11-14T22:00:00Z'],
      says: /too-new.*800 s in the future/,
    },
    {
      what: 'the body',
      request: { ...good, body: spaced },
      says: /secret is right and the body was changed: it was parsed and written again/,
    },
    {
      what: 'the body',
      request: { ...good, body: `${good.body}\n` },
      says: /the body was changed: it was given a line end/,
    },
    {
      what: 'the body',
      request: { ...good, body: good.body.slice(0, 50) },
      says: /body is not JSON: it was cut or changed/,
    },
    {
      what: 'the secret',
      request: good,
      secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
      says: /most likely the secret is wrong/,
    },
    {
      what: 'the secret',
      request: msgine,
      secret: 'test_secret',
      says: /secret is almost right: compare blanks and the prefix whsec_/,
    },
    {
      what: 'a header',
      request: { ...good, headers: unsigned },
      args: ['--profile', 'standard'],
      says: /missing-header.*no header "webhook-signature".*no secret for this URL, or a proxy/,
    },
    {
      what: 'a header',
      request: msgine,
      args: ['--profile', 'mobile-text-alerts'],
      says: /The request has "x-msgine-signature", which is the header of msgine: use --profile msgine/,
    },
    {
      what: 'a header',
      request: { ...good, headers: { 'content-type': 'application/json' } },
      says: /no signature header of any profile/,
    },
    {
      what: 'the URL',
      request: requestOf.httpsms(bodyOf.httpsms, secretOf.httpsms),
      secret: secretOf.httpsms,
      args: ['--audience', 'https://example.com/other'],
      says: /wrong-audience/,
    },
    {
      what: 'the secret',
      request: requestOf.httpsms(bodyOf.httpsms, secretOf.httpsms),
      secret: 'other',
      says: /token does not cover the body, so the secret is wrong/,
    },
  ])(
    'refuses a request, names the cause, and exits with code 1',
    async ({ request, args = [], secret: used = secret, says }) => {
      const now =
        (args as readonly string[]).includes('--now') || request !== good ? [] : ['--now', String(AT)];
      const { code, stdout } = await verify(request, '--secret', used, ...args, ...now);
      expect(stdout).toMatch(says);
      expect(stdout).toMatch(/^REFUSED, /);
      expect(code).toBe(1);
    },
  );
});

describe('A wrong call', () => {
  const stored = join(folder, 'not-a-request.json');
  writeFileSync(stored, '{"type":"message.delivered"}');

  itForAll([
    [[], /^Usage: /],
    [['lisen'], /no command "lisen". Did you mean "listen"\?/],
    [['listen', '--prot', '4000'], /no option --prot. Did you mean --port\?/],
    [['listen', '--port'], /--port needs a value: --port PORT/],
    [['listen', '--port', '--json'], /--port needs a value/],
    [['listen', '--port', '70000'], /--port must be a whole number from 0 to 65535, not "70000"/],
    [['listen', '4000'], /takes no argument "4000". Did you mean --port\?/],
    [
      ['listen', '--answer', 'hangs'],
      /--answer must be a status from 200 to 599, or redirect, slow, hang, reset/,
    ],
    [['listen', '--fail', '0'], /--fail must be a whole number from 1/],
    [['listen', '--json=yes'], /--json takes no value/],
    [['listen', '--profile', 'msgin'], /no profile "msgin". Did you mean "msgine"\?/],
    [
      ['listen', '--profile', 'standard', '--secret', 'secret'],
      /--secret: A secret must be whsec_ and base64/,
    ],
    [['listen', '--secret', ''], /--secret is empty/],
    [['listen', '--host', '203.0.113.1', '--port', '0'], /Cannot listen on --host 203.0.113.1/],
    [
      ['listen', '--signature-header', 'x-sig'],
      /--signature-header needs --profile opensms or --profile mysmsgate/,
    ],
    [['sign'], /--secret is missing, and WEBHOOK_SECRET is not set/],
    [['sign', '--secret', 'whsec_abc!'], /whsec_ and base64/],
    [
      ['sign', '--secret', 'a', '--secret', 'b', '--id', 'a.b'],
      /--id must consist of printable ASCII, without a full stop/,
    ],
    [
      ['sign', '--secret', 'a', '--profile', 'msgine', '--timestamp', '1'],
      /msgine signs no time; remove --timestamp/,
    ],
    [
      ['sign', '--secret', 'a', '--timestamp', '1700000000000'],
      /in seconds, not in milliseconds: use 1700000000/,
    ],
    [
      ['sign', '--secret', 'a', '--timestamp', 'yesterday'],
      /--timestamp must be Unix seconds or a time such as/,
    ],
    [
      ['sign', '--secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'nowhere.json'],
      /There is no file "nowhere.json"/,
    ],
    [['verify', '--secret', 'a'], /headers are missing: add --headers FILE, or -H/],
    [['verify', '--secret', 'a', '-H', 'webhook-id'], /A header must be "name: value", not "webhook-id"/],
    [['verify', '--secret', 'a', stored], /neither a request that listen --save stored nor a delivery/],
    [['replay', stored], /--to is missing/],
    [['replay', stored, '--to', 'localhost:4000'], /--to must be an http or https URL, not "localhost:4000"/],
    [['replay', '--to', 'http://127.0.0.1:1/'], /replay needs a file/],
    [
      ['replay', folder, '--to', 'http://127.0.0.1:1/', '--no-sign', '--secret', 'a'],
      /contradict each other/,
    ],
  ] satisfies [string[], RegExp][])('prints what to change, and exits with code 2', async ([args, says]) => {
    const { code, stdout, stderr } = await runHere(args);
    expect(args.length === 0 ? stdout : stderr).toMatch(says);
    expect(code).toBe(2);
  });

  it('prints no stack, and its process exits with code 2', async () => {
    const { code, stderr } = await runTool(['listen', '--prot', '4000']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'There is no option --prot. Did you mean --port?\nnestjs-sms-webhooks-receiver listen --help tells more.\n',
    );
  });
});

describe('The program', () => {
  it('explains a command with --help', async () => {
    for (const command of ['listen', 'sign', 'verify', 'replay']) {
      const { code, stdout } = await runHere([command, '--help']);
      expect([code, stdout]).toEqual([
        0,
        expect.stringMatching(`^Usage: nestjs-sms-webhooks-receiver ${command} `),
      ]);
      expect(stdout).toContain('--secret SECRET');
      expect(stdout).not.toContain('undefined');
    }
  });

  it('has the version of the package', () => {
    const manifest = readFileSync(join(__dirname, '../../../libs/receiver/package.json'), 'utf8');
    expect(VERSION).toBe(JSON.parse(manifest).version);
  });
});
