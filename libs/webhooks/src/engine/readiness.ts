import { Injectable } from '@nestjs/common';

/** Whether the tables exist and the checks of the start have passed. They may pass later, if the host migrates late. */
@Injectable()
export class Readiness {
  private hasPassed = false;
  private readonly waiting: (() => Promise<void>)[] = [];

  get isReady(): boolean {
    return this.hasPassed;
  }

  /** Runs `work` now and waits for it, or once when {@link markReady} is called. */
  async whenReady(work: () => Promise<void>): Promise<void> {
    if (this.hasPassed) await work();
    else this.waiting.push(work);
  }

  async markReady(): Promise<void> {
    this.hasPassed = true;
    for (const work of this.waiting.splice(0)) await work();
  }
}
