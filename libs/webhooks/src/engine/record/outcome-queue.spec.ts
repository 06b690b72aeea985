import type { Outcome } from '../send/outcome.js';
import { OutcomeQueue } from './outcome-queue.js';

function failureAfter(durationMs: number): Outcome {
  return {
    delivery: { isExclusive: false },
    state: 'pending',
    failure: true,
    attempt: { durationMs },
  } as Outcome;
}

describe('OutcomeQueue', () => {
  let written: Outcome[][];
  let queue: OutcomeQueue;

  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    written = [];
    queue = new OutcomeQueue(
      () => 10, // requests in flight
      async (batch) => void written.push(batch),
      () => queue.resume(),
    );
  });
  afterEach(() => jest.useRealTimers());

  it.each([
    [100, 8],
    [1_000, 50],
    [15_000, 250],
  ])('after a failure that took %i ms, gathers other outcomes for %i ms', (durationMs, ms) => {
    const failure = failureAfter(durationMs);
    queue.add(failure);
    jest.advanceTimersByTime(ms - 1);
    expect(written).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(written).toEqual([[failure]]);
  });

  it('writes a quick failure after a short time, together with a slow failure that could wait longer', () => {
    queue.add(failureAfter(15_000));
    queue.add(failureAfter(100));
    jest.advanceTimersByTime(8);
    expect(written).toMatchObject([{ length: 2 }]);
  });

  it('does not gather longer for a slow failure while a caller waits for outcomes', () => {
    queue.hurry();
    queue.add(failureAfter(15_000));
    jest.advanceTimersByTime(8);
    expect(written).toHaveLength(1);
  });
});
