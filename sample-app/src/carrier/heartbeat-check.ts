import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { PhonesService } from './phones.service.js';

const EVERY_MS = 60_000;
/** A phone without a heartbeat for this long is offline, as httpSMS documents it. */
const SILENCE_MS = 60 * 60_000;

/** Notices phones that went silent. A silent phone does not report itself, so a timer has to look for it. */
@Injectable()
export class HeartbeatCheck implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(HeartbeatCheck.name);
  private timer?: NodeJS.Timeout;
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly phones: PhonesService) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.check().catch((error: Error) =>
        this.logger.error(
          'Checking the heartbeats of phones failed; the next check is in a minute',
          error.stack,
        ),
      );
    }, EVERY_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Returns how many phones turned out to be offline. `now` is in epoch ms. */
  check(now: number = Date.now()): Promise<number> {
    return this.phones.markSilent(new Date(now - SILENCE_MS));
  }
}
