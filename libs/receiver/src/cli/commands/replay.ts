import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from '../command.js';
import type { Flags } from '../flags.js';
import { printable } from '../printable.js';
import { readRequestFile, type RequestFile } from '../requests/request-file.js';
import { send } from '../requests/send.js';
import { readSignatureFlags, SIGNATURE_FLAGS, type SignatureSettings } from '../signature-flags.js';
import { signRequest } from '../signing/sign-request.js';
import { UsageError } from '../usage.error.js';
import { SIGNATURE_HEADERS, valueOf } from '../verdict/infer-profile.js';

export const replay: Command = {
  name: 'replay',
  summary: 'Sends stored requests, or the request in the JSON of a delivery, to a URL.',
  usage: 'FILE… --to URL [--secret SECRET] [OPTIONS]',
  flags: {
    to: { value: 'URL', help: 'where to send the requests' },
    ...SIGNATURE_FLAGS,
    audience: { value: 'URL', help: 'httpsms: the URL in the token. Default: --to' },
    timeout: { value: 'SECONDS', help: 'how long to wait for a response. Default 30' },
    'no-sign': { help: 'sends the headers as they are, even if WEBHOOK_SECRET is set' },
  },
  async run(flags) {
    const settings = readSignatureFlags(flags);
    const to = readTarget(flags.text('to'));
    if (flags.has('no-sign') && flags.has('secret'))
      throw new UsageError('--no-sign and --secret contradict each other; remove one.');
    const timeoutMs = flags.integer('timeout', 30, { min: 1, max: 3600 }) * 1000;
    const files = await listFiles(flags.positionals);
    let failed = 0;
    for (const file of files) {
      const request = await readRequestFile(file);
      const secrets = flags.has('no-sign') ? [] : settings.secrets;
      const { headers, note } = prepare(request, { ...settings, secrets }, to, flags);
      const { status, durationMs, text } = await send(to, headers, request.body, timeoutMs);
      if (status === null || status < 200 || status > 299) failed++;
      console.log(`${status ?? 'no response'}  ${durationMs} ms  ${file}  ${printable(text)}`.trimEnd());
      console.error(note);
    }
    return failed === 0 ? 0 : 1;
  },
};

/** The headers to send, and a note that says how they are signed. */
function prepare(
  { headers, body, profile: inferred, delivery }: RequestFile,
  { profile: given, secrets, format }: SignatureSettings,
  to: URL,
  flags: Flags,
): { headers: RequestFile['headers']; note: string } {
  const left = delivery?.omitted.filter((name) => !SIGNATURE_HEADERS.some(([each]) => each === name)) ?? [];
  const omitted =
    left.length > 0 ? ` Sent without these headers, because the log masks them: ${left.join(', ')}.` : '';
  if (secrets.length === 0) {
    const note = delivery
      ? 'Sent without a signature, because the log masks signatures: add --secret to sign the request.'
      : 'Sent with the stored signature, which expires if it includes a timestamp: add --secret to sign the request again.';
    return { headers, note: note + omitted };
  }
  const profile = given ?? inferred;
  if (profile === null)
    throw new UsageError('The headers do not say how to sign this request: add --profile.');
  const id = valueOf(headers, 'webhook-id') ?? delivery?.eventId;
  if (id === undefined && profile.startsWith('standard'))
    throw new UsageError('The request has no header "webhook-id", so the standard profiles cannot sign it.');
  const at = Math.floor(Date.now() / 1000);
  const signed = signRequest({
    profile,
    body,
    secrets,
    format,
    id: id ?? '',
    at,
    url: flags.text('audience') ?? to.href,
    issuer: 'api.httpsms.com',
    subject: 'account',
  });
  const isTimed = profile.startsWith('standard') || profile === 'httpsms';
  const time = isTimed ? `, time ${new Date(at * 1000).toISOString()}` : '';
  return { headers: { ...headers, ...signed }, note: `Signed anew: profile ${profile}${time}.${omitted}` };
}

function readTarget(text: string | undefined): URL {
  if (text === undefined) throw new UsageError('--to is missing: the URL to send the request to.');
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--to must be an http or https URL, not "${text}".`);
  return url;
}

/** The files of all paths. The files of a folder are in the order in which they were stored. */
async function listFiles(paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0)
    throw new UsageError('replay needs a file: a request from listen --save, or the JSON of a delivery.');
  const lists = paths.map(async (path) => {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false, // A path that does not exist is reported when it is read as a file.
    );
    if (!isFolder) return [path];
    const names = (await readdir(path)).filter((name) => name.endsWith('.json'));
    // oxlint-disable-next-line unicorn/no-array-sort -- Node 18 has no toSorted
    names.sort();
    if (names.length === 0) throw new UsageError(`There is no stored request in the folder "${path}".`);
    return names.map((name) => join(path, name));
  });
  return (await Promise.all(lists)).flat();
}
