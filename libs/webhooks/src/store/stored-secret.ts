/** One signing secret of an endpoint or account as it is stored: sealed, or plain if the host allows that. */
export interface StoredSecret {
  /** Output of the secret box. */
  sealed: string;
  /** Epoch ms. */
  createdAt: number;
  /** When the secret stops being valid (epoch ms); `null` for the current secret. */
  expiresAt: number | null;
}
