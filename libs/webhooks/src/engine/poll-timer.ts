import type { SchedulerRegistry } from '@nestjs/schedule';

const POLL = 'webhooks:poll';

/** The poller's sleep between two steps: a timeout in the scheduler's registry, which a signal ends early. */
export class PollTimer {
  private heard = false;
  private end: (() => void) | null = null;

  constructor(private readonly schedule: SchedulerRegistry) {}

  /** Something happened since the last {@link beginStep}. */
  get wasWoken(): boolean {
    return this.heard;
  }

  /** A step begins: a signal from now on leaves no time to sleep after it. */
  beginStep(): void {
    this.heard = false;
  }

  /** Ends the sleep, or the next one as it begins. */
  wake(): void {
    this.heard = true;
    this.end?.();
  }

  /** Resolves after `ms` milliseconds, or a signal. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.end = null;
        if (this.schedule.doesExist('timeout', POLL)) this.schedule.deleteTimeout(POLL);
        resolve();
      };
      this.end = end;
      this.schedule.addTimeout(POLL, setTimeout(end, ms));
      if (this.heard) end();
    });
  }
}
