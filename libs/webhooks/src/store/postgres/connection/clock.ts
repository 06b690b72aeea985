/**
 * The database's clock between statements: each statement's `now` sets it, the process's monotonic clock carries it
 * on. The process's wall clock has no say.
 */
export class StoreClock {
  private databaseNow = 0;
  private seenAt = 0;

  /** `databaseNow`: epoch milliseconds that a statement has just answered. */
  observe(databaseNow: string | number): void {
    this.databaseNow = Number(databaseNow);
    this.seenAt = performance.now();
  }

  /** Epoch milliseconds. */
  now(): number {
    return Math.round(this.databaseNow + performance.now() - this.seenAt);
  }
}
