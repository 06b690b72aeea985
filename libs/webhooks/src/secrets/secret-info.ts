import { formatInstant } from '../core/instants.js';

/** A secret without its value. */
export interface SecretInfo {
  createdAt: string;
  /** When it stops being valid; `null`: it is the current one. */
  expiresAt: string | null;
}

/** What a rotation returns. */
export interface RotatedSecret {
  secret: string;
  /** Until when the old secrets stay valid; `null`: there are none. */
  previousExpiresAt: string | null;
}

/** What revealing a secret returns. */
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
