import { setTimeout as delay } from 'node:timers/promises';
import { settle } from './figures.js';
import type { Host } from './host.js';
import { isSigned } from './ledger.js';
import { randomOf, seed } from './random.js';
import { promises } from './reconcile.js';
import { CLAIM } from './statements.js';
import { until } from './until.js';
import { type KnownEndpoint, World } from './world.js';

const EVENTS = 600;
const CHANGES = 60;

describe('An endpoint that is changed by another process', () => {
  let world: World;
  let api: Host;
  beforeEach(async () => {
    world = await World.create();
    api = await world.host({ role: 'api' });
  });
  afterEach(() => world.close());

  const call = (method: string, { tenantId, id }: KnownEndpoint, ...rest: unknown[]) =>
    api.call('endpoints', method, tenantId, id, ...rest);

  /** Changes the endpoint's URL to another path of the receiver. */
  async function move(endpoint: KnownEndpoint, path: string): Promise<void> {
    if (!endpoint.paths.includes(path)) endpoint.paths.push(path);
    await call('update', endpoint, { url: world.ledger.url(path) });
  }

  async function rotate(endpoint: KnownEndpoint): Promise<string> {
    const { secret } = await api.call<{ secret: string }>(
      'endpoints',
      'rotateSecret',
      endpoint.tenantId,
      endpoint.id,
    );
    endpoint.secrets.push(secret);
    return secret;
  }

  /**
   * Returns, for the path of each endpoint, the reason why its delivery has ended, or the state of the delivery. Of several
   * deliveries to one endpoint, only one is shown.
   */
  async function standing(): Promise<Record<string, string>> {
    const rows = await world.rows<{ url: string; state: string; reason: string | null }>(
      `select e.url, d.state, d.reason from webhook_deliveries d
         join webhook_lanes l on l.id = d.lane_id join webhook_endpoints e on e.id = l.endpoint_id`,
    );
    return Object.fromEntries(
      rows.map(({ url, state, reason }) => [new URL(url).pathname, reason ?? state] as const),
    );
  }

  /**
   * Changes every endpoint while one request to each path is in flight, and then answers these requests with `status`. Returns the
   * new secret of the endpoint at `/rotated`.
   */
  async function changeInFlight(status: number): Promise<string> {
    const paths = ['/edited', '/paused', '/rotated', '/deleted', '/disabled', '/limited'];
    const all: KnownEndpoint[] = [];
    for (const path of paths) {
      all.push(await world.register(api, path));
      await world.ledger.behave(path, { hold: true, status });
    }
    const [edited, paused, rotated, deleted, disabled, limited] = all as [KnownEndpoint, ...KnownEndpoint[]];
    await world.host({ role: 'worker' });
    await api.publish('acme', ['m1']);
    await world.ledger.arrivals(paths.length);

    await move(edited, '/new');
    await call('pause', paused!);
    const secret = await rotate(rotated!);
    await call('delete', deleted!);
    await api.call('operator', 'disable', disabled!.id);
    await call('update', limited!, { maxInFlight: 1, maxThroughputPerMinute: 600 });
    for (const path of paths) await world.ledger.behave(path, {});
    for (const path of paths) expect(await world.ledger.release(path)).toBe(1);
    return secret;
  }

  it('while its request is in flight: a success stays a success, whatever is changed', async () => {
    await changeInFlight(204);
    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), requests: 6, attempts: 6, duplicates: 0 });
    expect(Object.values(await standing())).toEqual(Array(6).fill('delivered'));
  });

  it('while its request is in flight: after a failure, retries go to the changed endpoint with the same bytes', async () => {
    const secret = await changeInFlight(500);
    const ends = {
      '/new': 'delivered',
      '/rotated': 'delivered',
      '/limited': 'delivered',
      '/deleted': 'endpoint-deleted',
      '/disabled': 'operator',
    };
    await until('all deliveries to end, except at the paused endpoint', async () => {
      const now = await standing();
      return Object.entries(ends).every(([path, end]) => now[path] === end);
    });
    expect(await standing()).toEqual({ ...ends, '/paused': 'pending' });
    await call('resume', world.endpoints[1]!);
    await world.drained();

    const account = await settle(world);
    expect(account).toMatchObject({ ...promises(), requests: 10, attempts: 10, duplicates: 0 });
    expect(world.ledger.lines('/edited')).toHaveLength(1);
    expect(world.ledger.lines('/new')).toHaveLength(1);
    expect(world.ledger.lines('/rotated').map((line) => isSigned(line, secret))).toEqual([false, true]);
  });

  for (const [what, expected] of [
    ['delete', 'endpoint-deleted'],
    ['pause', 'delivered'],
  ] as const) {
    it(`(${what}) after a worker died while it held a retry: nothing stays leased`, async () => {
      const endpoint = await world.register(api, '/hook');
      await world.ledger.behave('/hook', { status: 500 });
      const victim = await world.host({ role: 'worker' });
      const claim = victim.database.holdCommit('after', CLAIM);
      await api.publish('acme', ['m1']);
      await claim;
      await victim.kill();
      await world.ledger.behave('/hook', {});

      await world.host({ role: 'worker' });
      await call(what, endpoint);
      await until(
        'the lease of the dead worker to be taken back',
        async () => (await world.leasesOf(victim)) === 0,
      );
      if (what === 'pause') await call('resume', endpoint);
      await world.drained(20_000);

      expect(await standing()).toEqual({ '/hook': expected });
      expect(await settle(world)).toMatchObject({ ...promises(), duplicates: 0 });
    });
  }

  it('again and again while two workers send to it: every event arrives once, at a path that the endpoint has had', async () => {
    const random = randomOf(seed);
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
    for (const path of ['/a', '/b', '/c']) await world.register(api, path);
    await Promise.all([world.host({ role: 'worker' }), world.host({ role: 'worker' })]);
    const changes: ((endpoint: KnownEndpoint) => Promise<unknown>)[] = [
      (endpoint) => call('pause', endpoint),
      (endpoint) => call('resume', endpoint),
      (endpoint) => move(endpoint, `${endpoint.paths[0]}/new`),
      (endpoint) => move(endpoint, endpoint.paths[0]!),
      (endpoint) => call('update', endpoint, { maxInFlight: pick([null, 1, 4]) }),
      (endpoint) => call('update', endpoint, { maxThroughputPerMinute: pick([null, 6_000]) }),
      (endpoint) => call('update', endpoint, { ordering: pick(['none', 'relaxed', 'strict']) }),
      // No more often than the limit on live secrets allows.
      (endpoint) => (endpoint.secrets.length < 5 ? rotate(endpoint) : Promise.resolve()),
    ];
    const publishing = publishAll(api);

    for (let i = 0; i < CHANGES; i++) {
      await pick(changes)(pick(world.endpoints));
      await delay(random() * 100);
    }
    await publishing;
    for (const endpoint of world.endpoints) {
      await call('update', endpoint, { maxInFlight: null, maxThroughputPerMinute: null });
      await call('resume', endpoint);
    }
    await world.drained();

    const account = await settle(world, { changes: CHANGES });
    expect(account).toMatchObject({ ...promises(), deliveries: EVENTS * 3, duplicates: 0, takeOvers: 0 });
    expect(await world.count(`webhook_deliveries where state = 'delivered'`)).toBe(EVENTS * 3);
  });
});

async function publishAll(api: Host): Promise<void> {
  for (let i = 0; i < EVENTS; i += 10) {
    await api.publish(
      'acme',
      Array.from({ length: 10 }, (_, j) => `m${i + j}`),
    );
    await delay(50);
  }
}
