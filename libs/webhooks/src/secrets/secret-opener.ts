import type { LineLogger } from '../core/line-logger.js';
import type { StoredSecret } from '../store/stored-secret.js';
import { parseHeaders } from './sealed-headers.js';
import type { SecretBox } from './secret-box.js';
import { liveSecrets } from './secret-rotation.js';

/** Maximum number of opened values in memory. They are kept so that batches do not decrypt the same secrets again. */
const MAX_CACHED = 20_000;

/**
 * Opens the secrets and headers of requests. Logs what cannot be opened, and does not throw, so that the rest of the batch
 * is sent.
 */
export class SecretOpener {
  private readonly opened = new Map<string, string>();

  constructor(
    private readonly box: SecretBox,
    private readonly logger: LineLogger,
  ) {}

  /**
   * Returns the live secrets, newest first. An old secret that cannot be opened is left out. Returns `null` if the current
   * secret cannot be opened, because receivers would refuse requests that only an old secret signs.
   */
  openSecrets(stored: readonly StoredSecret[], context: string, now: number): string[] | null {
    const live = liveSecrets(stored, now).toSorted((a, b) => b.createdAt - a.createdAt);
    const opened: string[] = [];
    for (const { sealed, expiresAt } of live) {
      const secret = this.tryOpen('A secret', context, () => this.open(sealed, context));
      if (secret !== null) opened.push(secret);
      else if (expiresAt === null) return null;
    }
    return opened;
  }

  /** Returns custom headers, or `null` if they cannot be opened. */
  openHeaders(sealed: string, context: string): Record<string, string> | null {
    return this.tryOpen('The headers', context, () => parseHeaders(this.open(sealed, context), context));
  }

  private tryOpen<T>(what: string, context: string, open: () => T): T | null {
    try {
      return open();
    } catch (error) {
      this.logger.error(`${what} of ${context} cannot be opened: ${(error as Error).message}`);
      return null;
    }
  }

  private open(sealed: string, context: string): string {
    const cacheKey = `${context} ${sealed}`;
    const known = this.opened.get(cacheKey);
    if (known !== undefined) return known;
    const plain = this.box.open(sealed, context);
    if (this.opened.size >= MAX_CACHED) this.opened.clear();
    this.opened.set(cacheKey, plain);
    return plain;
  }
}
