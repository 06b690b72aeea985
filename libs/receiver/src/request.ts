import { readHeader, type WebhookHeaders } from './headers.js';
import { rawBytes, type RawBody } from './raw-body.js';
import { WebhookRefusedError } from './refusal.js';

/** What arrived, and what this receiver knows. */
export interface WebhookRequest {
  headers: WebhookHeaders;
  body: RawBody;
  /** The signing secret, or several while one replaces another: any of them may match. Empty ones are skipped. */
  secrets: string | readonly string[];
  /** Epoch milliseconds. Default: this machine's clock. */
  now?: number;
}

/** A request whose parts are what they should be. */
export interface ReadRequest {
  /** Throws `missing-header` or `malformed-header`. */
  header(name: string): string;
  body: Buffer;
  /** At least one. */
  secrets: readonly string[];
  /** Unix seconds, whole. */
  now: number;
}

export function readRequest(request: WebhookRequest): ReadRequest {
  const { headers, body, secrets, now = Date.now() } = request;
  if (typeof headers !== 'object' || headers === null)
    throw new WebhookRefusedError('bad-option', "headers must be the request's headers.");
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
    throw new WebhookRefusedError('bad-secret', 'secrets must be a text or a list of texts.');
  const live = given.filter((secret) => secret.trim() !== '');
  if (live.length === 0)
    throw new WebhookRefusedError(
      'no-secret',
      'There is no secret to verify with: set `secrets` to the signing secret that the sender shows for this endpoint.',
    );
  return live;
}
