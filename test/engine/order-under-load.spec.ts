import type { Ordering } from '../../libs/webhooks/src/core/states.js';
import type { Arrival, Behaviour } from './support/receiver.js';
import { delivered, type Engine, useEngine } from './support/engine.js';

const SUBJECTS = 24;
const EVENTS_OF_EACH = 12;
const PATHS = ['/a', '/b', '/c'];
const ATTEMPTS = 4;

/** Returns a function that returns numbers from 0 to below 1. They are the same in each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

/** What one path has seen of one subject. */
interface Seen {
  /** Highest number of an event that has arrived. */
  latest: number;
  open: Set<number>;
  attempts: Map<number, number>;
  ended: Set<number>;
}

/** A receiver that responds late, responds often with errors, and records violations of the order. */
class Watcher {
  readonly violations: string[] = [];
  private readonly seen = new Map<string, Seen>();

  constructor(
    private readonly ordering: Ordering,
    private readonly next: () => number,
  ) {}

  readonly behaviour: Behaviour = (response, arrival) => {
    const number = Number(arrival.headers['webhook-sequence']);
    const seen = this.seenOf(arrival);
    this.check(seen, number, arrival);
    seen.open.add(number);
    const attempt = seen.attempts.get(number)!;
    const status = this.next() < 0.25 ? 500 : 200;
    const answer = (turns: number): void => {
      if (turns > 0) return void setImmediate(answer, turns - 1);
      seen.open.delete(number);
      if (status === 200 || attempt === ATTEMPTS) seen.ended.add(number);
      response.writeHead(status).end();
    };
    answer(Math.floor(this.next() * 20));
  };

  private check(seen: Seen, number: number, { path, body }: Arrival): void {
    const where = `${JSON.parse(body).data.message.id} at ${path}, event ${number}`;
    const attempt = (seen.attempts.get(number) ?? 0) + 1;
    seen.attempts.set(number, attempt);
    const earlier = [...seen.open].filter((each) => each < number);
    if (earlier.length > 0) this.violations.push(`${where} came while ${earlier.join()} was in flight`);
    if (attempt > 1) return;
    if (number < seen.latest) this.violations.push(`${where} came after ${seen.latest}`);
    seen.latest = Math.max(seen.latest, number);
    const unended = [...seen.attempts.keys()].filter((each) => each < number && !seen.ended.has(each));
    if (this.ordering === 'strict' && unended.length > 0)
      this.violations.push(`${where} came before ${unended.join()} had ended`);
  }

  private seenOf({ path, body }: Arrival): Seen {
    const key = `${path} ${JSON.parse(body).data.message.id}`;
    let seen = this.seen.get(key);
    if (!seen) {
      seen = { latest: 0, open: new Set(), attempts: new Map(), ended: new Set() };
      this.seen.set(key, seen);
    }
    return seen;
  }
}

/** Publishes the events of all subjects at the same time. The transactions of one subject commit one after another. */
async function publishAll(engine: Engine, next: () => number): Promise<void> {
  const publisher = async (subject: string): Promise<void> => {
    for (let left = EVENTS_OF_EACH; left > 0;) {
      const batch = Math.min(left, 1 + Math.floor(next() * 3));
      await engine.publish(...Array.from({ length: batch }, () => delivered('acme', subject)));
      left -= batch;
    }
  };
  await Promise.all(Array.from({ length: SUBJECTS }, (_, i) => publisher(`m${i}`)));
}

describe('With four workers that relay and deliver events of many subjects at the same time,', () => {
  // Retries are due at once, so that many of them coincide with first attempts.
  const engine = useEngine({
    workers: 4,
    pool: 4,
    options: { delivery: { retry: { schedule: [0, 0, 0], jitter: 0 } } },
  });

  it.each<[Ordering, number]>([
    ['relaxed', 1],
    ['strict', 2],
  ])('%s order holds (seed %i)', async (ordering, seed) => {
    const next = random(seed);
    const watcher = new Watcher(ordering, next);
    for (const path of PATHS) {
      engine().receiver.on(path, watcher.behaviour);
      await engine().endpoint('acme', path, { ordering });
    }
    let published = false;
    const publishing = publishAll(engine(), next).then(() => (published = true));
    const working = engine().workers.map(async ({ webhooks }) => {
      while (!published) await webhooks.runOnce();
    });
    await Promise.all([publishing, ...working]);
    const open = `$deliveries where state in ('pending', 'sending')`;
    for (; (await engine().count(open)) > 0; engine().advance(10_000)) await engine().runAll();
    expect(watcher.violations).toEqual([]);
    expect(await engine().count('$deliveries')).toBe(SUBJECTS * EVENTS_OF_EACH * PATHS.length);
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBeGreaterThan(600);
    const unrelayed = await engine().query('select 1 from $unrelayed');
    expect(unrelayed).toEqual([]);
  });
});
