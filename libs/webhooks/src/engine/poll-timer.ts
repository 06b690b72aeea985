import type { TimeoutRegistry } from './host-scheduler.js';

const TIMEOUT_NAME = 'webhooks:poll';

/** Number of timers by registry, because several modules of one host share its scheduler. */
const timersOf = new WeakMap<TimeoutRegistry, number>();

/**
 * The worker's sleep between two steps. {@link wake} ends the sleep early. If the host uses `@nestjs/schedule`, its registry
 * lists the timeout as `webhooks:poll` (of a second module: `webhooks:poll:2`).
 */
export class PollTimer {
  private isWoken = false;
  private endSleep: (() => void) | null = null;
  private endPause: (() => void) | null = null;
  private registry: TimeoutRegistry | null = null;
  private name = TIMEOUT_NAME;

  /** Sets the host's registry; null if the host has none. */
  use(registry: TimeoutRegistry | null): void {
    if (registry === this.registry) return;
    this.registry = registry;
    if (!registry) return;
    const number = (timersOf.get(registry) ?? 0) + 1;
    timersOf.set(registry, number);
    this.name = number === 1 ? TIMEOUT_NAME : `${TIMEOUT_NAME}:${number}`;
  }

  /** {@link wake} was called since the last {@link beginStep}. */
  get wasWoken(): boolean {
    return this.isWoken;
  }

  /** A step begins. If {@link wake} is called during the step, the next sleep ends at once. */
  beginStep(): void {
    this.isWoken = false;
  }

  /** Ends the current sleep or pause. If there is none, the next sleep ends at once. */
  wake(): void {
    this.isWoken = true;
    this.endSleep?.();
    this.endPause?.();
  }

  /** Resolves at the next {@link wake}, or when `work` has ended, whether or not it failed. */
  pauseDuring(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      this.endPause = resolve;
      work.then(
        () => resolve(),
        () => resolve(),
      );
    });
  }

  /** Resolves after `ms` milliseconds, or at a {@link wake}. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { registry, name } = this;
      const end = (): void => {
        this.endSleep = null;
        clearTimeout(timeout);
        if (registry?.doesExist('timeout', name)) registry.deleteTimeout(name);
        resolve();
      };
      const timeout = setTimeout(end, ms);
      this.endSleep = end;
      registry?.addTimeout(name, timeout);
      if (this.isWoken) end();
    });
  }
}
