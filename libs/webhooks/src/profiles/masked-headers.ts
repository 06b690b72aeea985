import type { Profile, SigningInput } from './profile.js';

/**
 * The profile's headers of one attempt. Every value that depends on the secret, such as a signature, is replaced by `…`.
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
  // Two secrets: the headers whose values differ depend on the secret.
  const [one, other] = [headers(), headers()];
  return Object.fromEntries(
    Object.entries(one).map(([name, value]) => [name, value === other[name] ? value : maskOf(value)]),
  );
}

/** Keeps the part before a signature: `Bearer …`, `sha256=…`, `v1,…`. */
function maskOf(value: string): string {
  return `${/^[A-Za-z][\w-]{0,15}[ =,]/.exec(value)?.[0] ?? ''}…`;
}
