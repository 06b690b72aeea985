import { Injectable } from '@nestjs/common';
import { DeliveryEvents } from '../observability/delivery-events.js';

/** Maximum time until a change by another process is seen. */
const POLL_MS = 100;
const OUTCOMES = ['delivered', 'retrying', 'exhausted', 'discarded'] as const;

/** Waits until a condition is met. Reads again after each outcome that this process records, and every 100 ms. */
@Injectable()
export class OutcomeWaiter {
  constructor(private readonly events: DeliveryEvents) {}

  /** Polls until `done` returns true or `timeoutMs` have passed. Returns what `read` returned last. */
  async waitUntil<T>(timeoutMs: number, read: () => Promise<T>, done: (found: T) => boolean): Promise<T> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const left = Math.max(0, deadline - performance.now());
      // Listens before it reads: an outcome that is recorded during the read must not be missed.
      const outcome = this.nextOutcome(Math.min(POLL_MS, left));
      try {
        const found = await read();
        if (done(found) || left === 0) return found;
        await outcome.happened;
      } finally {
        outcome.cancel();
      }
    }
  }

  private nextOutcome(withinMs: number): { happened: Promise<void>; cancel: () => void } {
    let cancel!: () => void;
    const happened = new Promise<void>((resolve) => {
      const stops = OUTCOMES.map((name) => this.events.on(name, () => cancel()));
      const timer = setTimeout(() => cancel(), withinMs);
      cancel = () => {
        clearTimeout(timer);
        stops.forEach((stop) => stop());
        resolve();
      };
    });
    return { happened, cancel };
  }
}
