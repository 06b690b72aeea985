/**
 * At the end, closes everything in the reverse order of opening.
 * Ctrl-C and SIGTERM close everything and exit with 0, or with 1 if a step fails. A signal that arrives more than 1 s
 * after closing has begun exits at once with 130.
 */
export class Shutdown {
  private readonly steps: (() => Promise<void>)[] = [];
  private since: number | null = null;

  /** `onSignal` is called once, before anything closes. */
  constructor(onSignal: () => void) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        // npm forwards a Ctrl-C that the terminal has already sent to this process: the two count as one.
        if (this.since !== null && Date.now() - this.since > 1_000) process.exit(130);
        if (this.since !== null) return;
        onSignal();
        void this.close().then((clean) => process.exit(clean ? 0 : 1));
      });
    }
  }

  get hasBegun(): boolean {
    return this.since !== null;
  }

  /** Adds a step. If closing has begun, the step runs at once. */
  async add(step: () => Promise<void>): Promise<void> {
    if (this.since === null) this.steps.push(step);
    else await step();
  }

  /** Runs every step, even if an earlier step has failed. Returns whether all steps succeeded. */
  async close(): Promise<boolean> {
    this.since ??= Date.now();
    let clean = true;
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
      await step().catch((error: unknown) => {
        clean = false;
        console.error(error);
      });
    }
    return clean;
  }
}
