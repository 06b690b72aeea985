import type { AlertResult, AlertStore } from '../store/alert-store.js';

/** If writing a batch fails, each of its results is written with its own statement after this pause. */
const RETRY_PAUSE_MS = 1_000;

interface Waiting {
  result: AlertResult;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Writes the results of alerts. Results that arrive at about the same time are written with one statement. */
export class ResultWriter {
  private waiting: Waiting[] = [];
  private isWriting = false;

  constructor(private readonly store: AlertStore) {}

  /**
   * Resolves when the result is stored. Rejects if the result cannot be stored: the alert is sent again when its lease
   * ends.
   */
  add(result: AlertResult): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ result, resolve, reject });
      if (!this.isWriting) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve)); // more results may arrive in this turn of the event loop
      const batch = this.waiting;
      this.waiting = [];
      await this.write(batch);
    }
    this.isWriting = false;
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.store.finishAlerts(batch.map(({ result }) => result));
      for (const { resolve } of batch) resolve();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
      await Promise.all(batch.map((each) => this.writeAlone(each)));
    }
  }

  private async writeAlone({ result, resolve, reject }: Waiting): Promise<void> {
    await this.store.finishAlerts([result]).then(resolve, reject);
  }
}
