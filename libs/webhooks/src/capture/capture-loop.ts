import { LineLogger } from '../core/line-logger.js';

/** Pause after an error. It is doubled after each further error, up to the maximum. */
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

/** Relays the changes of one capture, one batch after another. */
export class CaptureLoop {
  private readonly logger = new LineLogger('WebhookCapture');
  private last: Promise<unknown> = Promise.resolve();
  private isRunning = false;
  private isStopped = false;
  private pauseMs = MIN_PAUSE_MS;
  private pausedUntil = 0;

  /** @param relayBatch returns how many changes it has handled; 0: none is due */
  constructor(
    private readonly name: string,
    private readonly relayBatch: () => Promise<number>,
  ) {}

  /** Relays in the background. Returns false if the loop is already running, pauses after an error, or is stopped. */
  wake(): boolean {
    if (this.isRunning || this.isStopped || performance.now() < this.pausedUntil) return false;
    this.run().then(
      () => (this.pauseMs = MIN_PAUSE_MS),
      (error: Error) => {
        this.logger.error(`Publishing the changes of ${this.name} failed: ${error.message}`);
        this.pausedUntil = performance.now() + this.pauseMs;
        this.pauseMs = Math.min(this.pauseMs * 2, MAX_PAUSE_MS);
      },
    );
    return true;
  }

  /** Relays until nothing is due, or until {@link stop}. Returns the number of changes. */
  run(): Promise<number> {
    const result = this.last.then(() => this.untilNothingIsDue());
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Starts no further batch. Resolves when the running batch has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.last;
  }

  private async untilNothingIsDue(): Promise<number> {
    this.isRunning = true;
    let total = 0;
    try {
      while (!this.isStopped) {
        const count = await this.relayBatch();
        if (count === 0) break;
        total += count;
      }
    } finally {
      this.isRunning = false;
    }
    return total;
  }
}
