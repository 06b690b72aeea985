import { largeBytesOf } from '../../store/lane-rules.js';
import type { ClaimedEvent } from '../../store/outbox-store.js';
import type { NewDelivery } from './fan-out.js';

/** Maximum number of deliveries in one batch. */
const MAX_DELIVERIES = 2_000;
/** Maximum total size (bytes) of large bodies. A body counts once per delivery: the database writes it for each delivery. */
const MAX_LARGE_BYTES = 4 * 1024 * 1024;

/** The deliveries of one batch. The first event is relayed whatever its size. */
export class RelayBatch {
  readonly deliveries: NewDelivery[] = [];
  /** Sequences of the events. */
  readonly relayed: string[] = [];
  private largeBytes = 0;
  /** An event had no room. */
  private isFull = false;
  /** Subjects of the events that had no room or must wait. */
  private readonly waiting = new Set<string>();

  /** Whether the event must wait. After an event had no room, large events wait, and so do later events of a waiting subject. */
  mustWait(event: ClaimedEvent): boolean {
    if (!this.isFull) return false;
    const mustWait = event.isLarge || (event.subject !== null && this.waiting.has(subjectOf(event)));
    if (mustWait) this.waiting.add(subjectOf(event));
    return mustWait;
  }

  /** Returns whether there was room for the event. */
  add(event: ClaimedEvent, deliveries: readonly NewDelivery[]): boolean {
    let largeBytes = 0;
    for (const { body } of deliveries) largeBytes += largeBytesOf(body);
    const isTooLong =
      this.deliveries.length + deliveries.length > MAX_DELIVERIES ||
      (largeBytes > 0 && this.largeBytes + largeBytes > MAX_LARGE_BYTES);
    if (isTooLong && this.deliveries.length > 0) {
      this.isFull = true;
      this.waiting.add(subjectOf(event));
      return false;
    }
    this.deliveries.push(...deliveries);
    this.largeBytes += largeBytes;
    this.relayed.push(event.sequence);
    return true;
  }
}

function subjectOf({ tenantId, subject }: ClaimedEvent): string {
  return JSON.stringify([tenantId, subject]);
}
