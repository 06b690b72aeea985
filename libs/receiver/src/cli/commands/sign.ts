import { randomBytes } from 'node:crypto';
import type { WebhookProfile } from '../../profiles.js';
import type { Command } from '../command.js';
import { readBytes } from '../requests/read-bytes.js';
import type { Flags } from '../flags.js';
import { readInstant } from '../instant.js';
import { curlOf } from '../signing/curl.js';
import { checkSigningSecrets, signRequest } from '../signing/sign-request.js';
import { PROFILE_NAMES, readSignatureFlags, SIGNATURE_FLAGS } from '../signature-flags.js';
import { UsageError } from '../usage.error.js';

const FORMATS = ['text', 'headers', 'curl', 'json'];

export const sign: Command = {
  name: 'sign',
  summary: 'Signs a body as the sender does. Prints the headers, and a cURL command that sends the body.',
  usage: '[FILE] --secret SECRET [OPTIONS]',
  flags: {
    ...SIGNATURE_FLAGS,
    profile: { value: 'PROFILE', help: `${PROFILE_NAMES.join(', ')}. Default standard` },
    id: { value: 'ID', help: 'standard: the webhook-id. Default: a new one' },
    timestamp: { value: 'TIME', help: 'standard, httpsms: Unix seconds or ISO 8601. Default: now' },
    url: {
      value: 'URL',
      help: 'target of the cURL command; httpsms: also the audience. Default http://127.0.0.1:4000/',
    },
    issuer: { value: 'NAME', help: 'httpsms: default api.httpsms.com' },
    subject: { value: 'ID', help: 'httpsms: id of the account. Default: account' },
    format: {
      value: 'FORMAT',
      help: `${FORMATS.join(', ')}. Default text: the headers, and the cURL command`,
    },
  },
  async run(flags) {
    const { profile: given, secrets, format } = readSignatureFlags(flags);
    const profile = given ?? 'standard';
    if (secrets.length === 0) throw new UsageError('--secret is missing, and WEBHOOK_SECRET is not set.');
    if (flags.positionals.length > 1)
      throw new UsageError('sign takes one file. Sign the others one by one.');
    const out = flags.text('format') ?? 'text';
    if (!FORMATS.includes(out))
      throw new UsageError(`--format must be one of ${FORMATS.join(', ')}, not "${out}".`);
    const settings = readSettings(flags, profile);
    checkSigningSecrets(profile, secrets); // before the command waits for standard input
    const path = flags.positionals[0] ?? '-';
    const body = await readBytes(path);
    warnOfBody(body);
    const headers = signRequest({ ...settings, profile, body, secrets, format });
    const curl = curlOf(
      settings.url,
      headers,
      path === '-' ? { text: body.toString('utf8') } : { file: path },
    );
    console.log(printed(out, headers, curl));
    return 0;
  },
};

function readSettings(flags: Flags, profile: WebhookProfile) {
  const isStandard = profile.startsWith('standard');
  const isHttpsms = profile === 'httpsms';
  refuse(
    flags,
    'id',
    isStandard,
    `${profile} sends no id outside the body; remove --id, and put the id into the body`,
  );
  refuse(flags, 'timestamp', isStandard || isHttpsms, `${profile} signs no time; remove --timestamp`);
  for (const name of ['issuer', 'subject'])
    refuse(flags, name, isHttpsms, `--${name} is only for --profile httpsms; remove it`);
  const id = flags.text('id') ?? `evt_${randomBytes(12).toString('hex')}`;
  if (!/^[\x21-\x2d\x2f-\x7e]+$/.test(id))
    throw new UsageError('--id must consist of printable ASCII, without a full stop and without blanks.');
  const url = flags.text('url') ?? 'http://127.0.0.1:4000/';
  if (!URL.canParse(url))
    throw new UsageError(`--url must be a URL such as http://127.0.0.1:4000/, not "${url}".`);
  const time = flags.text('timestamp');
  return {
    id,
    at: time === undefined ? Math.floor(Date.now() / 1000) : readInstant('timestamp', time),
    url,
    issuer: flags.text('issuer') ?? 'api.httpsms.com',
    subject: flags.text('subject') ?? 'account',
  };
}

function refuse(flags: Flags, name: string, isAllowed: boolean, sentence: string): void {
  if (flags.has(name) && !isAllowed) throw new UsageError(`${sentence}.`);
}

/** Only a warning, on standard error: the body is signed as it is. */
function warnOfBody(body: Buffer): void {
  try {
    const payload: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) return;
  } catch {
    // The message below covers this case too.
  }
  const hint = body.length === 0 ? 'The body is empty' : 'The body is not a JSON object';
  console.error(`${hint}: receivers verify the signature and then refuse the body.`);
}

function printed(format: string, headers: Record<string, string>, curl: string): string {
  if (format === 'json') return JSON.stringify({ headers, curl });
  if (format === 'curl') return curl;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return (format === 'headers' ? lines : [...lines, '', curl]).join('\n');
}
