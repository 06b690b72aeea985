/** One signing secret of an endpoint or account as it is stored: sealed, or plain if the host allows that. */
export interface StoredSecret {
  /** Output of the secret box. */
  sealed: string;
  /** Epoch ms. */
  createdAt: number;
  /** Valid until then, epoch ms; `null`: it is the current one. */
  expiresAt: number | null;
}
