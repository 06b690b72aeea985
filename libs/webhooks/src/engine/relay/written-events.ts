import { SMALL_BATCH } from '../../store/lane-rules.js';
import type { ClaimedEvent, WrittenEvent } from '../../store/outbox-store.js';

/** Whether `written` contains all events to relay. There may be others if `written` is `null` or fills a small batch. */
export function areAll(written: readonly WrittenEvent[] | null): written is readonly WrittenEvent[] {
  return written !== null && written.length < SMALL_BATCH;
}

/** An event that a commit in this process wrote, as the store would return it. */
export function toClaimedEvent({ data, ...event }: WrittenEvent): ClaimedEvent {
  return {
    ...event,
    data: JSON.parse(data) as unknown,
    followsEarlier: event.subject !== null,
    isLarge: false,
    isDamaged: false,
  };
}

/** For sorting, oldest first. Sequences may exceed 2^53. */
export function bySequence(a: { sequence: string }, b: { sequence: string }): number {
  return a.sequence.length - b.sequence.length || (a.sequence < b.sequence ? -1 : 1);
}
