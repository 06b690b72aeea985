import type { ClaimedChange } from '../store/change-store.js';
import type { NewEvent } from '../store/outbox-store.js';
import { mapBatch, toPostponed } from './map-batch.js';

const change = (id: string, rowKey: string) => ({ id, rowKey, attempts: 0 }) as unknown as ClaimedChange;
const event = (type: string) => ({ type }) as NewEvent;

describe('A map that does not finish', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('fails after five seconds; its row waits, and other rows are mapped', async () => {
    const changes = [change('1', 'slow'), change('2', 'slow'), change('3', 'quick')];
    const map = (each: ClaimedChange): Promise<NewEvent | null> =>
      each.rowKey === 'slow' ? new Promise(() => undefined) : Promise.resolve(event('message.sent'));
    const mapping = mapBatch(changes, map, () => 1_000, new AbortController().signal);
    let isDone = false;
    void mapping.then(() => (isDone = true));
    await jest.advanceTimersByTimeAsync(4_999);
    expect(isDone).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await mapping).toEqual({
      events: [event('message.sent')],
      done: [changes[2]],
      failed: [
        {
          change: changes[0],
          error: expect.objectContaining({ message: 'map did not finish within 5 s' }),
          pauseMs: 1_000,
          dueAt: 2_000,
        },
      ],
      waiting: [{ change: changes[1], dueAt: 2_000, error: null }],
    });
    expect(toPostponed(await mapping)).toEqual([
      { change: changes[0], dueAt: 2_000, error: 'Error: map did not finish within 5 s' },
      { change: changes[1], dueAt: 2_000, error: null },
    ]);
  });
});
