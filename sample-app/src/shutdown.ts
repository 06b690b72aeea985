/**
 * What has to be closed at the end, last opened first.
 * Ctrl-C and SIGTERM close everything and end the process with 0; a second one, a second later, ends it at once.
 */
export class Shutdown {
  private readonly steps: (() => Promise<void>)[] = [];
  private since: number | null = null;

  /** `onSignal` is called once, before anything closes. */
  constructor(onSignal: () => void) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        // npm hands on a Ctrl-C that the terminal has already sent to everybody: that is one signal, not two.
        if (this.since !== null && Date.now() - this.since > 1_000) process.exit(130);
        if (this.since !== null) return;
        onSignal();
        void this.close().then((clean) => process.exit(clean ? 0 : 1));
      });
    }
  }

  get begun(): boolean {
    return this.since !== null;
  }

  /** Adds a step; once the end has begun, it is done at once. */
  async add(step: () => Promise<void>): Promise<void> {
    if (this.since === null) this.steps.push(step);
    else await step();
  }

  /** Answers whether every step went well; the others are done all the same. */
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
