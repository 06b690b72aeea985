import type { WebhooksService } from 'nestjs-sms-webhooks';
import { printLine } from './print-line.js';

/**
 * Prints each failed attempt that will be retried. Uses the module's in-process events, because a request that fails may never
 * reach the receiver.
 */
export function printFailures({ events }: WebhooksService): void {
  events.on('retrying', ({ deliveryId, eventType, attempts, status, error, delayMs }) => {
    if (error === null) return; // Returned to its lane without an attempt.
    const cause = status === null ? error : `HTTP ${status}`;
    const wait = `again in ${Math.round(delayMs / 1000)} s`;
    printLine(
      new Date(),
      `${'FAILED'.padEnd(14)}  ${eventType.padEnd(20)} ${deliveryId}, attempt ${attempts}: ${cause}; ${wait}`,
    );
  });
}
