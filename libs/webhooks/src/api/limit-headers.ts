import type { WebhooksRequestError } from '../core/request-error.js';

/**
 * Headers that say when a call may be made again, and which limit it exceeded (draft-ietf-httpapi-ratelimit-headers).
 */
export function limitHeaders({ limit, retryAfterSeconds }: WebhooksRequestError): [string, string][] {
  if (retryAfterSeconds === undefined) return [];
  const headers: [string, string][] = [['Retry-After', String(retryAfterSeconds)]];
  if (limit) {
    headers.push(['RateLimit-Policy', `"${limit.name}";q=${limit.max};w=${limit.windowSeconds}`]);
    headers.push(['RateLimit', `"${limit.name}";r=0;t=${retryAfterSeconds}`]);
  }
  return headers;
}
