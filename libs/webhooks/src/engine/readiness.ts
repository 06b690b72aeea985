import { Injectable } from '@nestjs/common';

/** Whether the tables exist and the start-up checks have passed. If the host migrates after the start, the checks pass later. */
@Injectable()
export class Readiness {
  private hasPassed = false;
  private readonly waiting: (() => Promise<void>)[] = [];

  get isReady(): boolean {
    return this.hasPassed;
  }

  /** If everything is ready, runs `work` now and waits for it. Otherwise {@link markReady} runs it. */
  async whenReady(work: () => Promise<void>): Promise<void> {
    if (this.hasPassed) await work();
    else this.waiting.push(work);
  }

  async markReady(): Promise<void> {
    this.hasPassed = true;
    for (const work of this.waiting.splice(0)) await work();
  }
}
