import type { Profile, SigningInput } from './profile.js';

/**
 * Returns the profile's headers of one attempt. `…` replaces what depends on the secret, such as a signature.
 *
 * @param isSigned `false`: the endpoint has no secret. Default `true`
 */
export function maskedHeaders(
  profile: Profile,
  input: Omit<SigningInput, 'secrets'>,
  isSigned = true,
): Record<string, string> {
  const headers = (): Record<string, string> =>
    profile.headers({ ...input, secrets: isSigned ? [profile.secret.generate()] : [] });
  // Makes the headers twice, each time with a new secret. A header whose two values differ depends on the secret.
  const [one, other] = [headers(), headers()];
  return Object.fromEntries(
    Object.entries(one).map(([name, value]) => [name, value === other[name] ? value : maskOf(value)]),
  );
}

/** Keeps the part before a signature: `Bearer …`, `sha256=…`, `v1,…`. */
function maskOf(value: string): string {
  return `${/^[A-Za-z][\w-]{0,15}[ =,]/.exec(value)?.[0] ?? ''}…`;
}
