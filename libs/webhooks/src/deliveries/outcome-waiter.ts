import { Injectable } from '@nestjs/common';
import { DeliveryEvents } from '../observability/delivery-events.js';

/** How long a change made by another process may go unseen, ms. */
const POLL_MS = 100;
const OUTCOMES = ['delivered', 'retrying', 'exhausted', 'discarded'] as const;

/** Waits for something to be true of a delivery: looks when this process records an outcome, and now and then. */
@Injectable()
export class OutcomeWaiter {
  constructor(private readonly events: DeliveryEvents) {}

  /** Asks `look` again and again until `done` likes its answer, at most until `timeoutMs` have passed; answers the last one. */
  async waitUntil<T>(timeoutMs: number, look: () => Promise<T>, done: (found: T) => boolean): Promise<T> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const left = Math.max(0, deadline - performance.now());
      // Listening before looking: what is recorded during the look must not be missed.
      const change = this.nextOutcome(Math.min(POLL_MS, left));
      try {
        const found = await look();
        if (done(found) || left === 0) return found;
        await change.happened;
      } finally {
        change.cancel();
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
