import type { IncomingRequest } from './incoming-request.js';

/** Kinds of `Authorization` that a browser adds by itself after its user has logged in. */
const ADDED_BY_BROWSERS = /^(basic|digest|negotiate|ntlm)\b/i;

/**
 * Whether a page of another origin could have made a browser send this request without a preflight. Callers ask only about
 * requests whose content type is not JSON, because JSON needs a preflight.
 */
export function isFromOtherSite({ headers = {} }: IncomingRequest): boolean {
  const { authorization, origin } = headers;
  if (authorization !== undefined && !ADDED_BY_BROWSERS.test(String(authorization))) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  // Browsers do not send `Sec-Fetch-Site` over plain HTTP, but they send `Origin` with everything except GET.
  return origin !== undefined && !hostsOf(headers).includes(hostOf(String(origin)));
}

/**
 * The possible hosts of the request: a proxy may have replaced `Host`. A page of another site cannot set `X-Forwarded-Host`.
 */
function hostsOf(headers: NonNullable<IncomingRequest['headers']>): string[] {
  const named = [headers.host, headers[':authority'], headers['x-forwarded-host']];
  return named
    .flatMap((value) => (value === undefined ? [] : String(value).split(',')))
    .map((host) => host.trim().toLowerCase());
}

/**
 * If the origin is not a URL, returns the text `null`, which matches no host. Browsers send the origin `null` if they must
 * not name the page.
 */
function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : 'null';
}
