import type { ClaimedEvent, WrittenEvent } from '../../store/outbox-store.js';

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
