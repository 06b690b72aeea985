/** Calls back each time when a request in flight begins to count as hanging. This request then gives up its slot. */
export class HangWatch {
  private timer: NodeJS.Timeout | null = null;

  /**
   * @param msUntilHanging returns the time (ms) until the next request counts as hanging; `null`: no such request
   * @param onHanging is called when a request hangs; the watch then stops until {@link begin} is called again
   */
  constructor(
    private readonly msUntilHanging: () => number | null,
    private readonly onHanging: () => void,
  ) {}

  /** Does nothing if it has begun already. */
  begin(): void {
    if (this.timer) return;
    const waitMs = this.msUntilHanging();
    if (waitMs === null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.onHanging();
    }, waitMs + 1).unref();
  }
}
