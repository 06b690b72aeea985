import { formatInstant } from '../core/instants.js';

/** A secret without its value. */
export interface SecretInfo {
  createdAt: string;
  /** When it stops being valid; `null`: it is the current secret. */
  expiresAt: string | null;
}

/** What a rotation returns. */
export interface RotatedSecret {
  secret: string;
  /** Until when the old secrets stay valid; `null`: there are no old secrets. */
  previousExpiresAt: string | null;
}

/** What the call that reveals a secret returns. */
export interface RevealedSecret {
  /** `null`: requests are not signed. */
  secret: string | null;
}

export function toSecretInfo(secrets: { createdAt: number; expiresAt: number | null }[]): SecretInfo[] {
  return secrets.map(({ createdAt, expiresAt }) => ({
    createdAt: formatInstant(createdAt),
    expiresAt: formatInstant(expiresAt),
  }));
}
