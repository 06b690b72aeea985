/**
 * The database's clock between statements. `observe` sets it to the time in a statement's result. From then on, the
 * process's monotonic clock advances it. The process's wall clock is never used.
 */
export class StoreClock {
  /** Milliseconds that tests add to the database's clock. Every statement that reads the clock gets them as a parameter. */
  offset = 0;
  private databaseNow = 0;
  private seenAt = 0;

  /** `databaseNow`: epoch milliseconds that a statement has just returned. */
  observe(databaseNow: string | number): void {
    this.databaseNow = Number(databaseNow);
    this.seenAt = performance.now();
  }

  /** Epoch milliseconds. */
  now(): number {
    return Math.round(this.databaseNow + performance.now() - this.seenAt);
  }

  /** The process's monotonic clock (ms), moved by the offset. */
  monotonicNow(): number {
    return performance.now() + this.offset;
  }
}
