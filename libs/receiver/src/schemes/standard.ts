import { text } from '../identity.js';
import { WebhookRefusedError } from '../refusal.js';
import type { ReadRequest } from '../request.js';
import { checkTimeWindow } from '../time-window.js';
import type { Scheme } from './scheme.js';
import { readStandardKey } from './standard-key.js';

export interface StandardOptions {
  /** How far `webhook-timestamp` may be from now, in seconds, both ways. Default 300. */
  toleranceSeconds?: number;
}

/** More than any rotation needs; checking them costs time before the sender is known. */
const maxSignatures = 32;

/** Standard Webhooks 1.0: `v1` (HMAC-SHA256) and `v1a` (Ed25519) over `id.timestamp.body`. */
export const standard: Scheme<'standard' | 'standard-cloudevents'> = {
  verify(request, { toleranceSeconds = 300 }) {
    const id = request.header('webhook-id');
    const timestamp = request.header('webhook-timestamp');
    const signatures = readSignatures(request.header('webhook-signature'));
    // A dot would let the parts of the signed text be cut elsewhere.
    if (id.includes('.')) throw malformed('webhook-id', 'must not hold a full stop');
    if (!/^\d{1,12}$/.test(timestamp)) throw malformed('webhook-timestamp', 'must be whole Unix seconds');
    checkSignatures(request, signatures, Buffer.from(`${id}.${timestamp}.`));
    const at = Number(timestamp);
    checkTimeWindow({ from: at, until: at, now: request.now, toleranceSeconds });
  },
  identify: ({ type }, request) => ({ id: request.header('webhook-id'), type: text(type) }),
};

interface Signature {
  version: string;
  value: string;
}

/** `v1,… v1a,…`: versions that nobody knows are skipped, as the specification asks. */
function readSignatures(header: string): Signature[] {
  const entries = header.split(' ').filter((entry) => entry !== '');
  if (entries.length > maxSignatures)
    throw malformed('webhook-signature', `must hold at most ${maxSignatures} signatures`);
  const signatures = entries.flatMap((entry) => {
    const [, version, value] = /^(v1a?),(.*)$/.exec(entry) ?? [];
    return version === undefined || value === undefined ? [] : [{ version, value }];
  });
  if (signatures.length === 0)
    throw malformed('webhook-signature', 'must hold `v1,…` or `v1a,…`, with spaces between several');
  return signatures;
}

function checkSignatures(request: ReadRequest, signatures: Signature[], head: Buffer): void {
  const signed = Buffer.concat([head, request.body]);
  const keys = request.secrets.map(readStandardKey);
  const matches = signatures.some(({ version, value }) =>
    keys.some((key) => key.version === version && key.verifies(signed, value)),
  );
  if (matches) return;
  const versions = [...new Set(signatures.map(({ version }) => version))].join(' and ');
  const known = keys.some((key) => signatures.some(({ version }) => version === key.version));
  throw new WebhookRefusedError(
    'signature-mismatch',
    known
      ? `None of the ${signatures.length} signatures fits one of the ${keys.length} secrets: another secret, or a body that was ` +
          'changed on the way (a proxy, or middleware that parsed it and wrote it anew).'
      : `The request is signed with ${versions} alone, and no secret is of that kind (v1 needs whsec_…, v1a needs whpk_…).`,
  );
}

function malformed(header: string, rule: string): WebhookRefusedError {
  return new WebhookRefusedError('malformed-header', `The header "${header}" ${rule}.`);
}
