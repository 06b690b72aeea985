import { setTimeout as delay } from 'node:timers/promises';
import { percentile, settle } from './figures.js';
import type { Host } from './host.js';
import { promises } from './reconcile.js';
import { until } from './until.js';
import { World } from './world.js';

const ENDPOINTS = 20;
const EACH = 250;
const QUIET = 60;
const HOUR = 3_600_000;
/** The limit of every second endpoint. */
const LIMIT = 8;
const ANSWER_MS = 20;

const subjects = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}-${i}`);

describe(`${ENDPOINTS * EACH} deliveries that are due at once after an outage`, () => {
  it('reach each endpoint first with at most two requests at a time, then with more and more; other tenants do not wait', async () => {
    const world = await World.create();
    try {
      const api = await world.host({ role: 'api' });
      const paths = subjects('/back', ENDPOINTS);
      for (const [i, path] of paths.entries()) {
        await world.ledger.behave(path, { status: 503 });
        const limits = i % 2 === 0 ? { maxInFlight: LIMIT } : {};
        await world.register(api, path, { timeoutMs: 5_000, ...limits }, path);
      }
      await world.register(api, '/quiet', {}, 'quiet');
      const before = await startThree(world);
      for (const path of paths) await api.publish(path, subjects(path, EACH));
      await until('all endpoints to be known to fail', async () => {
        const known = await world.count('webhook_lanes where failures >= 5');
        return known === ENDPOINTS;
      });
      await Promise.all(before.map((worker) => worker.stop()));
      const failed = new Map(paths.map((path) => [path, world.ledger.lines(path).length]));

      for (const path of paths) await world.ledger.behave(path, { hold: true });
      await startThree(world, 6 * HOUR);
      const meanwhile = await publishQuietly(api, 'meanwhile');
      await until('every endpoint to be tried', () =>
        paths.every((path) => world.ledger.lines(path).length > failed.get(path)!),
      );
      await until(
        'the events of the quiet tenant to arrive',
        () => world.ledger.lines('/quiet').length === meanwhile.size,
      );
      for (const path of paths)
        expect(world.ledger.lines(path).length - failed.get(path)!).toBeLessThanOrEqual(2);

      for (const path of paths) await world.ledger.behave(path, { delayMs: ANSWER_MS });
      const begun = performance.now();
      for (const path of paths) await world.ledger.release(path);
      const published = await publishQuietly(api, 'during');
      await world.drained();
      const seconds = Math.round((performance.now() - begun) / 100) / 10;

      const atOnce = (limited: boolean): number =>
        Math.max(
          ...paths.filter((_, i) => (i % 2 === 0) === limited).map((path) => world.ledger.mostAtOnce(path)),
        );
      const p95 = percentile(waits(world, published), 0.95);
      const measured = {
        'sent after (s)': seconds,
        'in flight to an endpoint': atOnce(false),
        'in flight to a limited endpoint': atOnce(true),
        'others wait p95 (ms)': p95,
      };
      const account = await settle(world, measured);
      expect(account).toMatchObject({ ...promises(), committed: ENDPOINTS * EACH + QUIET * 2 });
      expect(account).toMatchObject({ duplicates: 0, takeOvers: 0 });
      expect(atOnce(true)).toBe(LIMIT);
      expect(p95).toBeLessThan(2_000);
    } finally {
      await world.close();
    }
  });
});

function startThree(world: World, clockOffset = 0): Promise<Host[]> {
  return Promise.all(
    Array.from({ length: 3 }, () => world.host({ role: 'worker', clockOffset, leaseMs: 12_000 })),
  );
}

/** Publishes events of another tenant one by one. Returns the time (epoch ms) of each publication, by subject. */
async function publishQuietly(api: Host, name: string): Promise<Map<string, number>> {
  const published = new Map<string, number>();
  for (const subject of subjects(name, QUIET)) {
    published.set(subject, Date.now());
    await api.publish('quiet', [subject]);
    await delay(20);
  }
  return published;
}

/** Returns how long (ms) each of these events took to arrive, sorted. */
function waits(world: World, published: Map<string, number>): number[] {
  const arrived = world.ledger.lines('/quiet');
  return arrived
    .map(({ at, body }) => ({ at, subject: JSON.parse(body).data.subject }))
    .filter(({ subject }) => published.has(subject))
    .map(({ at, subject }) => at - published.get(subject)!)
    .toSorted((a, b) => a - b);
}
