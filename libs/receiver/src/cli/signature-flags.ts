import type { WebhookProfile } from '../profiles.js';
import { isProfile, schemes } from '../schemes/by-profile.js';
import { readStandardKey } from '../schemes/standard-key.js';
import { WebhookRefusedError } from '../webhook-refused.error.js';
import type { Flags, FlagSpecs } from './flags.js';
import { nearest } from './nearest.js';
import { UsageError } from './usage.error.js';

export const PROFILE_NAMES = Object.keys(schemes) as WebhookProfile[];

export const SIGNATURE_FLAGS = {
  secret: {
    value: 'SECRET',
    isRepeatable: true,
    help: 'the signing secret; several during a rotation. Default: the environment variable WEBHOOK_SECRET',
  },
  profile: { value: 'PROFILE', help: `${PROFILE_NAMES.join(', ')}. Default: inferred from the headers` },
  'signature-header': {
    value: 'NAME',
    help: 'opensms, mysmsgate: the name of the signature header, if it is not the default',
  },
  'signature-prefix': {
    value: 'TEXT',
    help: 'opensms, mysmsgate: text before the signature, such as sha256=',
  },
  'signature-encoding': { value: 'hex|base64', help: 'opensms, mysmsgate: default hex' },
} satisfies FlagSpecs;

/** How requests are signed. */
export interface SignatureSettings {
  /** `null`: inferred from the headers of each request. */
  profile: WebhookProfile | null;
  secrets: readonly string[];
  /** Options of `opensms` and `mysmsgate`. */
  format: { header?: string; prefix?: string; encoding?: 'hex' | 'base64' };
}

/** Throws {@link UsageError}. */
export function readSignatureFlags(flags: Flags): SignatureSettings {
  const profile = readProfile(flags.text('profile'));
  const given = flags.texts('secret');
  const secrets = given.length > 0 ? given : [process.env.WEBHOOK_SECRET ?? ''].filter((each) => each !== '');
  if (given.some((each) => each.trim() === ''))
    throw new UsageError('--secret is empty. If its value is a shell variable, set that variable.');
  return { profile, secrets, format: readFormat(flags, profile) };
}

/** If the profile is a standard one, throws {@link UsageError} for a secret that is not a valid key. */
export function checkSecrets({ profile, secrets }: SignatureSettings): void {
  if (profile !== 'standard' && profile !== 'standard-cloudevents') return;
  try {
    for (const secret of secrets) readStandardKey(secret);
  } catch (error) {
    if (!(error instanceof WebhookRefusedError)) throw error;
    throw new UsageError(`--secret: ${error.message}`);
  }
}

function readProfile(name: string | undefined): WebhookProfile | null {
  if (name === undefined) return null;
  if (isProfile(name)) return name;
  const guess = nearest(name, PROFILE_NAMES);
  throw new UsageError(
    `There is no profile "${name}".${guess === null ? '' : ` Did you mean "${guess}"?`} --profile is one of ${PROFILE_NAMES.join(', ')}.`,
  );
}

function readFormat(flags: Flags, profile: WebhookProfile | null): SignatureSettings['format'] {
  const used = Object.keys(SIGNATURE_FLAGS).filter(
    (name) => name.startsWith('signature-') && flags.has(name),
  );
  if (used.length > 0 && profile !== 'opensms' && profile !== 'mysmsgate')
    throw new UsageError(`--${used[0]} needs --profile opensms or --profile mysmsgate.`);
  const encoding = flags.text('signature-encoding');
  if (encoding !== undefined && encoding !== 'hex' && encoding !== 'base64')
    throw new UsageError(`--signature-encoding must be hex or base64, not "${encoding}".`);
  const header = flags.text('signature-header');
  if (header !== undefined && !/^[\w!#$%&'*+.^`|~-]+$/.test(header))
    throw new UsageError(`--signature-header must be the name of a header, not "${header}".`);
  const prefix = flags.text('signature-prefix');
  return { ...(header && { header }), ...(prefix && { prefix }), ...(encoding && { encoding }) };
}
