import type { Settings } from '../config/settings.js';
import type { WorkCheck } from '../store/lane-store.js';
import { NO_CLAIM } from './claim/lane-claimer.js';
import type { Dispatcher } from './dispatcher.js';
import { PendingWork } from './pending-work.js';

const found = (dueInMs: number | null) => ({ hasEvents: false, dueInMs }) as WorkCheck;

describe('PendingWork', () => {
  const dispatcher = { intake: { hasClaimableLanes: false } };
  const pending = new PendingWork(dispatcher as Dispatcher, {} as Settings);

  beforeEach(() => jest.useFakeTimers({ now: 0 }));
  afterEach(() => jest.useRealTimers());

  it('has no lanes before the due time that a check found; then has lanes until a claim begins', () => {
    pending.noteChecked(found(250));
    jest.advanceTimersByTime(249);
    expect(pending.hasLanes).toBe(false);
    jest.advanceTimersByTime(1);
    expect(pending.hasLanes).toBe(true);
    pending.noteClaimBegins();
    pending.noteClaimed(NO_CLAIM);
    expect(pending.hasLanes).toBe(false);
  });

  it('has no lanes if a later check found none', () => {
    pending.noteChecked(found(250));
    pending.noteChecked(found(null));
    jest.advanceTimersByTime(1_000);
    expect(pending.hasLanes).toBe(false);
  });
});
