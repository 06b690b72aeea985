import type { PortalOptions } from '../../config/portal-options.js';

/** Allows no inline scripts or styles, and nothing from other origins. `base-uri` allows the page's own `<base>`. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
];

/** Headers of the page itself. They replace what the host sets for all of its pages, such as Helmet's policy. */
export function pageHeaders({ frameAncestors = [] }: PortalOptions): Record<string, string> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': [...POLICY, `frame-ancestors ${["'self'", ...frameAncestors].join(' ')}`].join(
      '; ',
    ),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Robots-Tag': 'noindex',
  };
}

/** Headers of files whose names contain a hash of their content. */
export function fileHeaders({
  type,
  etag,
  encoding,
}: {
  type: string;
  etag: string;
  encoding: string;
}): Record<string, string> {
  return {
    'Content-Type': type,
    'Cache-Control': 'public, max-age=31536000, immutable',
    ETag: etag,
    Vary: 'Accept-Encoding',
    'X-Content-Type-Options': 'nosniff',
    ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
  };
}
