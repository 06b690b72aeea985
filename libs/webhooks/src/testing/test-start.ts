import type { OnApplicationBootstrap } from '@nestjs/common';
import type { OutboxStore } from '../store/outbox-store.js';

/** Replaces the worker in a host's tests. Does not poll. Remembers the last event that was published before the test. */
export class TestStart implements OnApplicationBootstrap {
  /** Sequence of the last event before the test. */
  lastSequence = '0';

  constructor(private readonly store: OutboxStore) {}

  async onApplicationBootstrap(): Promise<void> {
    this.lastSequence = await this.store.readLastSequence();
  }
}
