import type { WebhooksService } from 'nestjs-sms-webhooks';
import { printLine } from './print-line.js';

/** Prints each attempt that failed, from the module's in-process events: a receiver cannot tell what it did not get. */
export function printFailures({ events }: WebhooksService): void {
  events.on('retrying', ({ deliveryId, eventType, attempts, status, error, delayMs }) => {
    if (error === null) return; // Given back without an attempt.
    const cause = status === null ? error : `HTTP ${status}`;
    const wait = `again in ${Math.round(delayMs / 1000)} s`;
    printLine(
      new Date(),
      `${'FAILED'.padEnd(14)}  ${eventType.padEnd(20)} ${deliveryId}, attempt ${attempts}: ${cause}; ${wait}`,
    );
  });
}
