import type { StoredSecret } from '../store/stored-secret.js';
import { formatInstant } from '../core/instants.js';
import { conflict } from '../core/request-error.js';
import type { SecretBox } from './secret-box.js';

/** Maximum number of valid secrets: the current one, and old ones that have not expired. */
const MAX_LIVE_SECRETS = 5;

function isLive(secret: StoredSecret, now: number): boolean {
  return secret.expiresAt === null || secret.expiresAt > now;
}

/** Returns the secrets that are valid at `now`, newest first, still sealed. */
export function liveSecrets(secrets: readonly StoredSecret[], now: number): StoredSecret[] {
  return secrets.filter((secret) => isLive(secret, now));
}

/** Returns the secrets that are valid at `now`, newest first, in the clear. Throws {@link SecretUnreadableError}. */
export function openSecrets(
  box: SecretBox,
  secrets: readonly StoredSecret[],
  context: string,
  now: number,
): string[] {
  return liveSecrets(secrets, now).map(({ sealed }) => box.open(sealed, context));
}

/**
 * Returns the new secret, and then the live secrets. If `sealed` is `null`, there is no new secret. The old secrets stay valid
 * for at most `overlapMs`. Expired secrets are dropped.
 */
export function rotateSecrets(
  secrets: readonly StoredSecret[],
  sealed: string | null,
  now: number,
  overlapMs: number,
): StoredSecret[] {
  const until = now + overlapMs;
  const old = liveSecrets(secrets, now)
    .map((secret) => ({ ...secret, expiresAt: Math.min(secret.expiresAt ?? until, until) }))
    .filter((secret) => isLive(secret, now));
  return sealed === null ? old : [{ sealed, createdAt: now, expiresAt: null }, ...old];
}

/** Throws a 409 if more than {@link MAX_LIVE_SECRETS} secrets would be valid. */
export function assertSecretLimit(secrets: readonly StoredSecret[], now: number): void {
  const live = liveSecrets(secrets, now);
  if (live.length <= MAX_LIVE_SECRETS) return;
  const soonest = formatInstant(Math.min(...live.map(({ expiresAt }) => expiresAt ?? Infinity)));
  throw conflict(
    'too_many_secrets',
    `At most ${MAX_LIVE_SECRETS} secrets can be valid at one time. Wait until ${soonest}, or rotate with overlapMs: 0.`,
  );
}
