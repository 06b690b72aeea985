import { readHeader, type WebhookHeaders } from './headers.js';
import { rawBytes, type RawBody } from './raw-body.js';
import { WebhookRefusedError } from './webhook-refused.error.js';

/** The request, and the receiver's secrets for it. */
export interface WebhookRequest {
  headers: WebhookHeaders;
  body: RawBody;
  /** The signing secret, or several during a rotation: one of them must match. Empty secrets are skipped. */
  secrets: string | readonly string[];
  /** Epoch milliseconds. Default: the system clock. */
  now?: number;
}

/** A request whose parts have the right types. */
export interface ReadRequest {
  /** Throws `missing-header` or `malformed-header`. */
  header(name: string): string;
  body: Buffer;
  /** At least one. */
  secrets: readonly string[];
  /** Whole Unix seconds. */
  now: number;
}

/** Throws `bad-option`, `body-not-raw`, `bad-secret` or `no-secret`. */
export function readRequest(request: WebhookRequest): ReadRequest {
  const { headers, body, secrets, now = Date.now() } = request;
  if (typeof headers !== 'object' || headers === null)
    throw new WebhookRefusedError('bad-option', 'headers must be the headers of the request.');
  if (typeof now !== 'number' || !Number.isFinite(now))
    throw new WebhookRefusedError('bad-option', 'now must be a number of epoch milliseconds.');
  return {
    header: (name) => readHeader(headers, name),
    body: rawBytes(body),
    secrets: readSecrets(secrets),
    now: Math.floor(now / 1000),
  };
}

function readSecrets(secrets: unknown): string[] {
  const list: unknown[] = Array.isArray(secrets) ? secrets : [secrets];
  const given = list.filter((secret) => secret !== undefined && secret !== null);
  if (!given.every((secret) => typeof secret === 'string'))
    throw new WebhookRefusedError('bad-secret', 'secrets must be a string or a list of strings.');
  const live = given.filter((secret) => secret.trim() !== '');
  if (live.length === 0)
    throw new WebhookRefusedError(
      'no-secret',
      'No secret is set. Set `secrets` to the signing secret that the sender shows for this endpoint.',
    );
  return live;
}
