import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Profile } from '../../../webhooks/src/profiles/profile.js';
import { builtInProfiles } from '../../../webhooks/src/profiles/dialects/built-in-profiles.js';
import { mysmsgate } from '../../../webhooks/src/profiles/dialects/mysmsgate.js';
import { describeSignature } from '../../../webhooks/src/profiles/signature-description.js';
import { fillTemplate, type Language, type SnippetSubject } from '../../src/snippets/snippet.ts';
import { available, type Arrived, verdicts } from './run-snippet.ts';

const URL = "https://example.com/o'hara/hooks?a=1&b=2";
const BODY = '{"id":"msg_1","text":"L\'été / \\"à\\" 🙂 $HOME `id` \\\\ %s"}';

const ownHeader = mysmsgate({
  signature: { header: 'X-Acme-Signature', prefix: 'sha256=', encoding: 'base64' },
});
/** One profile for each kind of signature. The other profiles sign like one of these. */
const PROFILES: [name: string, profile: Profile][] = [
  ...builtInProfiles
    .filter(({ name }) => ['standard', 'msgine', 'httpsms'].includes(name))
    .map((profile): [string, Profile] => [profile.name, profile]),
  ['a header of the host, with a prefix, in base64', ownHeader],
];

const subject = (profile: Profile, url = URL): SnippetSubject => ({
  signature: describeSignature(profile)!,
  url,
  example: { headers: { 'content-type': 'application/json' }, body: BODY },
});

const codeOf = (language: Language, about: SnippetSubject): string =>
  fillTemplate(
    readFileSync(join(__dirname, `../../src/snippets/code/${language}.txt`), 'utf8'),
    language,
    about,
  );

function signed(profile: Profile, secrets: string[], now = Date.now(), url = URL): Arrived {
  const input = { eventId: 'evt_1', sequence: '1', wireType: 'x', tenantId: 'a', attempt: 1 };
  const headers = profile.headers({ ...input, url, body: Buffer.from(BODY), secrets, now });
  return { body: BODY, headers };
}

describe.each(['node', 'php', 'python', 'go'] as const)('The code in %s', (language) => {
  const test = available[language] ? it.each(PROFILES) : it.skip.each(PROFILES);

  test('accepts correctly signed requests and refuses all others: %s', (_, profile) => {
    const secret = profile.secret.generate();
    const other = profile.secret.generate();
    const good = signed(profile, [secret]);
    const isToken = describeSignature(profile)!.kind === 'jwt';
    const requests: [is: boolean, request: Arrived][] = [
      [true, good],
      [false, signed(profile, [other])],
      // A token does not cover the body, but it names the audience.
      [
        false,
        isToken
          ? signed(profile, [secret], Date.now(), 'https://other.example')
          : { ...good, body: `${BODY} ` },
      ],
      [false, { body: BODY, headers: {} }],
      ...(profile.secret.signsWithAll
        ? [[true, signed(profile, [other, secret])] as [boolean, Arrived]]
        : []),
      // Only some signatures cover a time.
      ...(describeSignature(profile)!.kind === 'body'
        ? []
        : [[false, signed(profile, [secret], Date.now() - 3_600_000)] as [boolean, Arrived]]),
    ];
    const said = verdicts(
      language,
      codeOf(language, subject(profile)),
      secret,
      requests.map(([, request]) => request),
    );
    expect(said).toEqual(requests.map(([is]) => is));
  });
});

describe('The code for cURL', () => {
  let server: Server;
  let arrived: Arrived[];
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        arrived.push({ body: Buffer.concat(parts).toString(), headers: request.headers as never });
        response.end('ok');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/o'hara?a=1&b=2`;
  });
  beforeEach(() => {
    arrived = [];
  });
  afterAll(() => void server.close());

  const test = available.curl ? it.each(PROFILES) : it.skip.each(PROFILES);

  test('sends a request that the code in Node accepts: %s', async (_, profile) => {
    const secret = profile.secret.generate();
    const shell = spawn('bash', ['-euo', 'pipefail', '-c', codeOf('curl', subject(profile, url))], {
      env: { ...process.env, WEBHOOK_SECRET: secret },
      stdio: 'ignore',
    });
    expect(await once(shell, 'exit')).toEqual([0, null]);
    expect(arrived).toMatchObject([{ body: BODY, headers: { 'content-type': 'application/json' } }]);
    expect(verdicts('node', codeOf('node', subject(profile, url)), secret, arrived)).toEqual([true]);
  });
});
