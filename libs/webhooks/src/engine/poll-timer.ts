import type { SchedulerRegistry } from '@nestjs/schedule';

const TIMEOUT_NAME = 'webhooks:poll';

/** The worker's sleep between two steps: a timeout in the host's scheduler registry, which {@link wake} ends early. */
export class PollTimer {
  private isWoken = false;
  private endSleep: (() => void) | null = null;

  constructor(private readonly schedule: SchedulerRegistry) {}

  /** {@link wake} was called since the last {@link beginStep}. */
  get wasWoken(): boolean {
    return this.isWoken;
  }

  /** A step begins. A wake-up from now on ends the sleep after it at once. */
  beginStep(): void {
    this.isWoken = false;
  }

  /** Ends the sleep, or the next one as it begins. */
  wake(): void {
    this.isWoken = true;
    this.endSleep?.();
  }

  /** Resolves after `ms` milliseconds, or at a {@link wake}. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.endSleep = null;
        if (this.schedule.doesExist('timeout', TIMEOUT_NAME)) this.schedule.deleteTimeout(TIMEOUT_NAME);
        resolve();
      };
      this.endSleep = end;
      this.schedule.addTimeout(TIMEOUT_NAME, setTimeout(end, ms));
      if (this.isWoken) end();
    });
  }
}
