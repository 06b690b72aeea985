import type { Command } from '../command.js';
import { readBytes } from '../requests/read-bytes.js';
import type { Flags } from '../flags.js';
import { headersOf, parseHeaders } from '../requests/header-list.js';
import { readInstant } from '../instant.js';
import { Paint, printable } from '../printable.js';
import { readRequestFile } from '../requests/request-file.js';
import { UsageError } from '../usage.error.js';
import { judge, type ReceivedRequest, type Verdict } from '../verdict/judge.js';
import { readVerifyFlags, VERIFY_FLAGS } from '../verdict/verify-flags.js';

export const verify: Command = {
  name: 'verify',
  summary: 'Verifies a request. Exit code 0: verified, 1: refused, with the reason.',
  usage: '[REQUEST.json] [--body FILE --headers FILE] --secret SECRET [OPTIONS]',
  flags: {
    body: { value: 'FILE', help: 'the exact body. Default: "-", which reads standard input' },
    headers: { value: 'FILE', help: 'the headers: lines "name: value", or a JSON object' },
    header: {
      value: 'HEADER',
      short: 'H',
      isRepeatable: true,
      help: 'one header, "name: value"; may be repeated',
    },
    ...VERIFY_FLAGS,
    now: { value: 'TIME', help: 'the time of the check: Unix seconds or ISO 8601. Default: now' },
    json: { help: 'prints the verdict as JSON' },
  },
  async run(flags) {
    const settings = readVerifyFlags(flags);
    if (settings.secrets.length === 0)
      throw new UsageError('--secret is missing, and WEBHOOK_SECRET is not set.');
    const now = flags.text('now');
    const at = now === undefined ? undefined : readInstant('now', now) * 1000;
    const verdict = judge(await readRequest(flags), { ...settings, now: at });
    console.log(flags.has('json') ? jsonOf(verdict) : textOf(verdict));
    return verdict.isVerified === true ? 0 : 1;
  },
};

async function readRequest(flags: Flags): Promise<ReceivedRequest> {
  const [file, ...others] = flags.positionals;
  if (others.length > 0) throw new UsageError('verify takes one request. Verify the others one by one.');
  if (file !== undefined) {
    if (flags.has('body') || flags.has('headers') || flags.has('header'))
      throw new UsageError(`"${file}" contains body and headers; remove --body, --headers and --header.`);
    const { headers, body, delivery } = await readRequestFile(file);
    if (delivery !== null)
      throw new UsageError('The log of deliveries masks signatures, so a delivery cannot be verified.');
    return { headers, body };
  }
  const path = flags.text('headers');
  const listed = headersOf(flags.texts('header'));
  const headers = {
    ...(path !== undefined && parseHeaders((await readBytes(path)).toString('utf8'))),
    ...listed,
  };
  if (Object.keys(headers).length === 0)
    throw new UsageError('The headers are missing: add --headers FILE, or -H "name: value" for each header.');
  return { headers, body: await readBytes(flags.text('body') ?? '-') };
}

function jsonOf({ isVerified, profile, id, type, reason, message }: Verdict): string {
  return JSON.stringify({ verified: isVerified, profile, id, type, reason, message });
}

function textOf({ isVerified, profile, id, type, reason, message }: Verdict): string {
  const paint = Paint.for(process.stdout);
  if (isVerified !== true) return `${paint.bad(`REFUSED, ${reason}`)}: ${message}`;
  return `${paint.good('verified')}, ${profile}: ${printable(type ?? 'no type')}, id ${printable(id)}`;
}
