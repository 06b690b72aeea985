import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { HttpError } from '../../../libs/webhooks/src/http/transport.js';
import { serve } from '../../support/processes/serve.js';
import { type KINDS, request, Transports } from '../sending.js';

const AT_ONCE = 64;
/**
 * A peak includes whatever else the process does at that moment, so only the smallest of several peaks counts.
 */
const TRIES = 5;
const SAMPLE_EVERY_MS = 20;
/**
 * All of these requests end at a limit on bytes. If a request ended at a deadline instead, the test would measure the
 * machine's speed.
 */
const TIMEOUT_MS = 60_000;

/** The memory that requests used, and how they ended. */
export interface Measured {
  /** Bytes for each request: the smallest result of several tries, or the first one below the limit. */
  bytesEach: number;
  /** Statuses and error codes, each once. */
  ends: (number | string)[];
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Returns the peak (bytes) of the memory in use during `work`, minus the memory in use before. Ignores garbage. */
async function peakOf(work: () => Promise<void>): Promise<number> {
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  let peak = before;
  const sample = (): void => void (peak = Math.max(peak, used()));
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  await work();
  sample();
  clearInterval(timer);
  return peak - before;
}

// Runs in a separate process, because a garbage collection takes longer if more is in memory.
serve({
  async measure(kind: (typeof KINDS)[number], url: string, limitBytes: number): Promise<Measured> {
    const transports = new Transports();
    const transport = transports.make(kind);
    const ends = new Set<number | string>();
    const send = async (): Promise<void> => {
      const sent = Array.from({ length: AT_ONCE }, () =>
        transport.send(request(url, { timeoutMs: TIMEOUT_MS })),
      );
      for (const each of await Promise.allSettled(sent))
        ends.add(each.status === 'fulfilled' ? each.value.status : (each.reason as HttpError).code);
    };
    // The first requests are not measured, because they create objects that are kept.
    await send();
    let bytesEach = Infinity;
    for (let i = 0; i < TRIES && bytesEach >= limitBytes; i++)
      bytesEach = Math.min(bytesEach, (await peakOf(send)) / AT_ONCE);
    await transports.close();
    return { bytesEach, ends: [...ends] };
  },
});
