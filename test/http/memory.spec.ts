import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { HttpError } from '../../libs/webhooks/src/http/transport.js';
import { FloodingReceiver } from './flooding-receiver.js';
import { KINDS, request, Transports } from './sending.js';

const KB = 1024;
const AT_ONCE = 64;
/** A peak holds what else the process does at that moment: the least of some is the transport's own. */
const TRIES = 5;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The most bytes in use, garbage aside, beyond what was in use before. */
async function peakOf(work: () => Promise<void>): Promise<number> {
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  let peak = before;
  const look = (): void => void (peak = Math.max(peak, used()));
  const timer = setInterval(look, 20);
  await work();
  look();
  clearInterval(timer);
  return peak - before;
}

describe.each(KINDS)('However much is answered, the %s transport', (kind) => {
  const transports = new Transports();
  let receiver: FloodingReceiver;
  beforeAll(async () => {
    receiver = await FloodingReceiver.start();
  });
  afterEach(() => transports.close());
  afterAll(() => receiver.stop());

  // What is kept is 4 KB. The rest is what a socket reads at one time, 64 KB, once or twice while it pours.
  it.each([
    [100, 'an endless body', '/endless', 500],
    [100, '10 MB', '/big', 500],
    [100, '50 MB in 50 KB of gzip', '/bomb', 500],
    [100, 'a body in chunks of one byte', '/crumbs', 500],
    [200, 'a chunk whose head never ends', '/extensions', 500],
    [200, 'early hints without end', '/hints', 'headers'],
  ])('holds less than %i KB for each request: %s', async (limit, _, path, outcome) => {
    const transport = transports.make(kind);
    const send = async (): Promise<void> => {
      const sent = Array.from({ length: AT_ONCE }, () =>
        transport.send(request(`${receiver.origin}${path}`, { timeoutMs: 10_000 })),
      );
      const outcomes = await Promise.allSettled(sent);
      const ends = outcomes.map((each) =>
        each.status === 'fulfilled' ? each.value.status : (each.reason as HttpError).code,
      );
      expect(new Set(ends)).toEqual(new Set([outcome]));
    };
    // What is made once, and stays, is made now.
    await send();
    let least = Infinity;
    for (let i = 0; i < TRIES && least >= limit * KB; i++)
      least = Math.min(least, (await peakOf(send)) / AT_ONCE);
    expect(least).toBeLessThan(limit * KB);
  });
});
