import { ApiError } from '../src/api/api-error.ts';
import { entryOf, listen, queryClient, refresh } from '../src/data/query-cache.ts';

let number = 0;
/** A key that no other test has. */
const newKey = () => ['test', ++number];

/** A read function whose results the test controls. */
function controlled() {
  const answers: {
    resolve: (data: unknown) => void;
    reject: (error: unknown) => void;
    signal: AbortSignal;
  }[] = [];
  const read = ({ signal }: { signal: AbortSignal }) =>
    new Promise<unknown>((resolve, reject) => answers.push({ resolve, reject, signal }));
  return { answers, read };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('The cache of reads', () => {
  it('reads once for several calls at the same time', async () => {
    const entry = entryOf(newKey());
    const { answers, read } = controlled();
    const both = Promise.all([refresh(entry, read), refresh(entry, read)]);
    expect(answers).toHaveLength(1);
    answers[0]!.resolve({ a: 1 });
    await both;
    expect(entry).toMatchObject({ data: { a: 1 }, error: null, reading: null });
  });

  it('keeps the object if the new data is equal, so that nothing is rendered again', async () => {
    const entry = entryOf(newKey());
    await refresh(entry, async () => ({ list: [1] }));
    const first = entry.data;
    await refresh(entry, async () => ({ list: [1] }));
    expect(entry.data).toBe(first);
  });

  it('keeps the data that a mutation returned, even if an earlier read ends later', async () => {
    const key = newKey();
    const entry = entryOf(key);
    const { answers, read } = controlled();
    const reading = refresh(entry, read);
    queryClient.setQueryData(key, 'new');
    answers[0]!.resolve('old');
    await reading;
    expect(entry).toMatchObject({ data: 'new', reading: null });
    expect(answers[0]!.signal.aborted).toBe(true);
  });

  it('keeps the earlier data when a read fails', async () => {
    const entry = entryOf(newKey());
    await refresh(entry, async () => 'data');
    const error = new ApiError('refused', 'No.', 422);
    await refresh(entry, () => Promise.reject(error));
    expect(entry).toMatchObject({ data: 'data', error });
  });

  it('retries calls that got no response or a 503, but not calls that the API refused', async () => {
    for (const [error, tries] of [
      [new ApiError('network', '', 0), 3],
      [new ApiError('http_503', '', 503), 3],
      [new ApiError('not_found', '', 404), 1],
    ] as const) {
      const read = jest.fn(() => Promise.reject(error));
      const done = refresh(entryOf(newKey()), read);
      await jest.runAllTimersAsync();
      await done;
      expect(read).toHaveBeenCalledTimes(tries);
    }
  });

  it('after a change, reads again what is on screen, even if a read began before the change', async () => {
    const key = newKey();
    const entry = entryOf(key);
    listen(entry, () => {});
    const { answers, read } = controlled();
    const before = refresh(entry, read);
    const invalidated = queryClient.invalidateQueries({ queryKey: key.slice(0, 2) });
    answers[0]!.resolve('before the change');
    await before;
    await jest.advanceTimersByTimeAsync(0);
    expect(answers).toHaveLength(2);
    answers[1]!.resolve('after the change');
    await invalidated;
    expect(entry.data).toBe('after the change');
  });

  it('aborts a read when its last listener leaves, and ignores its result', async () => {
    const entry = entryOf(newKey());
    const leave = listen(entry, () => {});
    const { answers, read } = controlled();
    const left = refresh(entry, read);
    leave();
    expect(answers[0]!.signal.aborted).toBe(true);
    // Another read begins before the aborted one has ended.
    const again = refresh(entry, read);
    answers[1]!.resolve('in time');
    await again;
    answers[0]!.resolve('too late');
    await left;
    expect(entry).toMatchObject({ data: 'in time', reading: null });
  });
});
