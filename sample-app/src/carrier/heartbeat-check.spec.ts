import { HeartbeatCheck } from './heartbeat-check.js';
import type { PhonesService } from './phones.service.js';

const MINUTE = 60_000;

it('The sample backend looks for silent phones every minute until it stops', async () => {
  jest.useFakeTimers({ now: 100 * MINUTE });
  try {
    const markSilent = jest.fn().mockResolvedValue(0);
    const heartbeats = new HeartbeatCheck({ markSilent } as unknown as PhonesService);
    heartbeats.onApplicationBootstrap();
    jest.advanceTimersByTime(2 * MINUTE);
    await heartbeats.onModuleDestroy();
    jest.advanceTimersByTime(5 * MINUTE);
    // The clock starts at minute 100. The checks of minutes 101 and 102 look for phones without a heartbeat for an hour.
    expect(markSilent.mock.calls).toEqual([[new Date(41 * MINUTE)], [new Date(42 * MINUTE)]]);
  } finally {
    jest.useRealTimers();
  }
});
