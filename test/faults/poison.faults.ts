import { settle } from './figures.js';
import type { Host } from './host.js';
import { promises } from './reconcile.js';
import { until } from './until.js';
import { World } from './world.js';

const good = Array.from({ length: 100 }, (_, i) => `m${i}`);

describe('Among many events,', () => {
  let world: World;
  let api: Host;
  beforeEach(async () => {
    world = await World.create();
    api = await world.host({ role: 'api' });
    await world.register(api, '/hook', { profile: 'dangerous' });
  });
  afterEach(() => world.close());

  /** Publishes an event of `type` among good events, in one batch of the relay. */
  async function publishAround(type: string): Promise<void> {
    await api.publish('acme', good.slice(0, 50));
    await api.publish('acme', ['poison'], { type });
    await api.publish('acme', good.slice(50));
  }

  async function endOfPoison(): Promise<unknown> {
    const [row] = await world.rows(
      `select d.state, d.reason from webhook_deliveries d join webhook_events e on e.sequence = d.event_sequence
        where e.subject = 'poison'`,
    );
    return row;
  }

  for (const [what, type] of [
    ['one whose profile throws', 'poison.throws'],
    ['one whose body the database cannot store', 'poison.nul'],
    ['one whose name is too long for the database', 'poison.name'],
  ] as const) {
    it(`${what}: it ends with a reason, and all other events are sent`, async () => {
      await publishAround(type);
      await world.host({ role: 'worker' });
      await world.drained();

      expect(await endOfPoison()).toEqual({ state: 'discarded', reason: 'render-failed' });
      expect(await settle(world)).toMatchObject({ ...promises(), requests: good.length, duplicates: 0 });
    });
  }

  it('one that kills every worker that sends it: it is discarded after some workers have died, and all other events are sent', async () => {
    await publishAround('poison.kills');
    const died = await superviseUntilDrained(world);

    expect(await endOfPoison()).toEqual({ state: 'discarded', reason: 'claims-used-up' });
    const account = await settle(world, { died });
    expect(account).toMatchObject({ ...promises() });
    expect(await world.count(`webhook_deliveries where state = 'delivered'`)).toBe(good.length);
    expect(account.duplicates).toBeLessThanOrEqual(account.takeOvers);
  });

  it('one whose row was damaged in the database: all other events are sent', async () => {
    await publishAround('fault.tested');
    await world.rows(`update webhook_events set data = 'not JSON' where subject = 'poison'`);
    const worker = await world.host({ role: 'worker' });
    await world.drained();

    expect(await endOfPoison()).toEqual({ state: 'discarded', reason: 'render-failed' });
    expect(worker.process.output).toMatch(/failed to render event/);
    expect(await settle(world)).toMatchObject({ ...promises(), requests: good.length });
  });

  it('the damaged row of one endpoint does not stop deliveries to the other endpoints', async () => {
    const damaged = await world.register(api, '/damaged');
    await world.rows(`update webhook_endpoints set events = 'not JSON' where url like '%/damaged'`);
    await api.publish('acme', good);
    const worker = await world.host({ role: 'worker' });
    await until(
      'the healthy endpoint to be served',
      () => world.ledger.lines('/hook').length === good.length,
    );
    await until('the log to name the damaged endpoint', () => worker.process.output.includes(damaged.id));

    await world.rows(`update webhook_endpoints set events = '["*"]' where url like '%/damaged'`);
    await world.drained();
    expect(await settle(world)).toMatchObject({ ...promises() });
  });
});

/** Starts a worker, and another one each time it dies, until everything is drained. Returns how many workers died. */
async function superviseUntilDrained(world: World): Promise<number> {
  const drained = world.drained(150_000).then(() => 'drained' as const);
  for (let died = 0; ; died++) {
    const worker = await world.host({ role: 'worker' }).catch(() => null); // it may die while it starts
    const end = await Promise.race([worker?.process.exit(), drained]);
    if (end === 'drained') return died;
  }
}
