import { textField } from '../event-identity.js';
import { WebhookRefusedError } from '../webhook-refused.error.js';
import type { ReadRequest } from '../request.js';
import { checkTimeWindow } from '../time-window.js';
import type { Scheme } from './scheme.js';
import { signatureMismatch, WRONG_SECRET_OR_BODY } from './signature-mismatch.js';
import { readStandardKey } from './standard-key.js';

/** More than any rotation needs. Checking each signature costs time, and the sender is not authenticated yet. */
const MAX_SIGNATURES = 32;

/** Standard Webhooks 1.0: `v1` (HMAC-SHA256) and `v1a` (Ed25519) over `id.timestamp.body`. */
export const standard: Scheme<'standard' | 'standard-cloudevents'> = {
  verify(request, { toleranceSeconds = 300 }) {
    const id = request.header('webhook-id');
    const timestamp = request.header('webhook-timestamp');
    const signatures = readSignatures(request.header('webhook-signature'));
    // With a dot in the id, the signed text could be split in another place.
    if (id.includes('.')) throw malformed('webhook-id', 'must not contain a full stop');
    if (!/^\d{1,12}$/.test(timestamp)) throw malformed('webhook-timestamp', 'must be whole Unix seconds');
    checkSignatures(request, signatures, Buffer.from(`${id}.${timestamp}.`));
    const at = Number(timestamp);
    checkTimeWindow({ from: at, until: at, now: request.now, toleranceSeconds });
  },
  identify: ({ type }, request) => ({ id: request.header('webhook-id'), type: textField(type) }),
};

interface Signature {
  version: string;
  value: string;
}

/** Reads `v1,… v1a,…`. Unknown versions are skipped, as the specification requires. */
function readSignatures(header: string): Signature[] {
  const entries = header.split(' ').filter((entry) => entry !== '');
  if (entries.length > MAX_SIGNATURES)
    throw malformed('webhook-signature', `must contain at most ${MAX_SIGNATURES} signatures`);
  const signatures = entries.flatMap((entry) => {
    const [, version, value] = /^(v1a?),(.*)$/.exec(entry) ?? [];
    return version === undefined || value === undefined ? [] : [{ version, value }];
  });
  if (signatures.length === 0)
    throw malformed('webhook-signature', 'must contain signatures `v1,…` or `v1a,…`, separated by spaces');
  return signatures;
}

function checkSignatures(request: ReadRequest, signatures: Signature[], head: Buffer): void {
  const signed = Buffer.concat([head, request.body]);
  const keys = request.secrets.map(readStandardKey);
  const isSigned = signatures.some(({ version, value }) =>
    keys.some((key) => key.version === version && key.verifies(signed, value)),
  );
  if (isSigned) return;
  const hasKeyOfVersion = keys.some((key) => signatures.some(({ version }) => version === key.version));
  if (hasKeyOfVersion)
    throw signatureMismatch('The signature in "webhook-signature"', keys.length, WRONG_SECRET_OR_BODY);
  const versions = [...new Set(signatures.map(({ version }) => version))].join(' and ');
  throw new WebhookRefusedError(
    'signature-mismatch',
    `The request is signed with ${versions} only, and no secret is of that kind (v1 needs whsec_…, v1a needs whpk_…).`,
  );
}

function malformed(header: string, rule: string): WebhookRefusedError {
  return new WebhookRefusedError('malformed-header', `The header "${header}" ${rule}.`);
}
