import type { Flags, FlagSpecs } from '../flags.js';
import { checkSecrets, readSignatureFlags, SIGNATURE_FLAGS } from '../signature-flags.js';
import { UsageError } from '../usage.error.js';
import type { VerifySettings } from './judge.js';

export const VERIFY_FLAGS = {
  ...SIGNATURE_FLAGS,
  tolerance: {
    value: 'SECONDS',
    help: 'how far the time of a request may be from now. Default: 300, for httpsms 60',
  },
  audience: { value: 'URL', help: 'httpsms: the URL as it is registered. Default: not checked' },
  issuer: { value: 'NAME', help: 'httpsms: who creates the tokens. Default: not checked' },
} satisfies FlagSpecs;

/** Throws `UsageError`. */
export function readVerifyFlags(flags: Flags): VerifySettings {
  const settings = readSignatureFlags(flags);
  checkSecrets(settings);
  const { profile } = settings;
  for (const name of ['audience', 'issuer'])
    if (flags.has(name) && profile !== null && profile !== 'httpsms')
      throw new UsageError(`--${name} is only for --profile httpsms; remove it.`);
  const toleranceSeconds = flags.has('tolerance')
    ? flags.integer('tolerance', 300, { min: 0, max: 10 ** 9 })
    : undefined;
  return {
    ...settings,
    toleranceSeconds,
    audience: flags.text('audience'),
    issuer: flags.text('issuer'),
  };
}
