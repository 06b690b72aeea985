import type { WebhookHeaders } from '../../headers.js';
import type { WebhookProfile } from '../../profiles.js';
import type { WebhookRefusedError } from '../../webhook-refused.error.js';
import { SIGNATURE_HEADERS, valueOf } from './infer-profile.js';

/** A request that was refused, and a function that checks its signature with another body or other secrets. */
export interface RefusedRequest {
  headers: WebhookHeaders;
  body: Buffer;
  profile: WebhookProfile | null;
  secrets: readonly string[];
  /** Whether the request would be signed correctly with this body and these secrets. */
  verifies(body: Buffer, secrets: readonly string[]): boolean;
}

/** Returns what to change, in sentences; empty if the error's own message says it all. */
export function advise(error: WebhookRefusedError, request: RefusedRequest): string {
  switch (error.reason) {
    case 'missing-header':
      return aboutMissingHeader(request);
    case 'signature-mismatch':
      return aboutMismatch(request);
    case 'timestamp-too-old':
    case 'timestamp-too-new':
      return `The clock of this machine says ${new Date().toISOString()}.`;
    default:
      return '';
  }
}

function aboutMissingHeader({ headers, profile }: RefusedRequest): string {
  const others = SIGNATURE_HEADERS.filter(([header]) => valueOf(headers, header) !== null);
  const other = others.find(([, name]) => !profile?.startsWith(name));
  if (other !== undefined)
    return `The request has "${other[0]}", which is the header of ${other[1]}: use --profile ${other[1]}.`;
  return profile !== null && others.length > 0
    ? 'The other headers of the signature are there, so a proxy has removed this header.'
    : 'The sender has no secret for this URL, or a proxy removed the header.';
}

/** How a body may have been rewritten on the way, and a function that undoes the change. */
const REWRITTEN: readonly (readonly [how: string, (body: string) => string | null])[] = [
  ['given other line ends', (body) => body.replaceAll('\r\n', '\n')],
  ['given a line end or blanks around it', (body) => body.trim()],
  ['stripped of its last line end', (body) => `${body}\n`],
  ['parsed and written again as JSON', compact],
];

function aboutMismatch({ body, profile, secrets, verifies }: RefusedRequest): string {
  const text = body.toString('utf8');
  // The token of httpSMS does not cover the body.
  if (profile === 'httpsms') return 'The token does not cover the body, so the secret is wrong.';
  for (const [how, original] of REWRITTEN) {
    const candidate = original(text);
    if (candidate !== null && candidate !== text && verifies(Buffer.from(candidate), secrets))
      return `The secret is right and the body was changed: it was ${how}.`;
  }
  if (verifies(body, secrets.flatMap(variants)))
    return 'The body is right and the secret is almost right: compare blanks and the prefix whsec_ with what the sender shows.';
  const written = compact(text);
  if (written === null) return 'The body is not JSON: it was cut or changed on the way.';
  return written === text.trim()
    ? 'The body looks untouched, so most likely the secret is wrong: compare it with what the sender shows now.'
    : 'The body has blanks that senders rarely write: if middleware parses the body, verify the request before that.';
}

function compact(body: string): string | null {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return null; // The caller reports a body that is not JSON.
  }
}

/** Returns the secrets that may be meant if this secret was copied with a mistake. */
function variants(secret: string): string[] {
  const trimmed = secret.trim();
  const bare = trimmed.replace(/^whsec_/, '');
  return [trimmed, bare, `whsec_${bare}`].filter((each) => each !== secret && each !== '');
}
