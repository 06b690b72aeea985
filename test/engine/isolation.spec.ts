import { ClientLog, POLL } from '../support/client-log.js';
import { type Behaviour, Gate } from './support/receiver.js';
import { delivered, Engine, NOTHING_LEFT } from './support/engine.js';

const HUNG = 100;

/** Responds one turn of the event loop later. */
const prompt: Behaviour = (response) => void setImmediate(() => response.writeHead(200).end());

/** Runs `work` with a worker that polls. The gate opens at the end. */
async function withEngine(work: (engine: Engine, gate: Gate) => Promise<void>): Promise<void> {
  const gate = new Gate();
  const engine = await Engine.start({
    role: 'all',
    pool: 5,
    options: {
      checkEventData: false,
      limits: { endpointsPerTenant: 1000, registrationsPerMinute: 1000 },
      worker: { idlePollMs: 60_000 },
    },
  });
  try {
    await work(engine, gate);
  } finally {
    gate.open();
    await engine.close();
  }
}

/** Registers `count` endpoints, each of a different tenant. All of them show `behaviour`. */
async function endpoints(
  engine: Engine,
  name: string,
  count: number,
  behaviour: Behaviour,
): Promise<string[]> {
  const tenants = Array.from({ length: count }, (_, i) => `${name}${i}`);
  for (const tenant of tenants) {
    engine.receiver.on(`/${tenant}`, behaviour);
    await engine.endpoint(tenant, `/${tenant}`);
  }
  return tenants;
}

const some = (tenantId: string, count: number) =>
  Array.from({ length: count }, (_, i) => delivered(tenantId, `m${i}`));

describe('While a hundred endpoints hang, on a pool of five connections,', () => {
  it('a healthy endpoint gets all of its events, and no connection stays idle in a transaction', async () => {
    await withEngine(async (engine, gate) => {
      await engine.endpoint('healthy', '/healthy');
      await engine.publish(delivered('healthy', 'first'));
      await engine.receiver.arrived(1, '/healthy');
      const hung = await endpoints(engine, 'hung', HUNG, gate.behaviour);
      await engine.publish(...hung.flatMap((tenant) => some(tenant, 20)));
      await engine.receiver.arrived(17);
      await engine.publish(...some('healthy', 200));
      const before = performance.now();
      await engine.receiver.arrived(201, '/healthy');
      // This limit is below the deadline of the hanging requests (15 s): nothing has waited for these requests.
      expect(performance.now() - before).toBeLessThan(10_000);
      const idleInTransaction = await engine.query(
        `select query from pg_stat_activity where datname = current_database() and state like 'idle in%'
            and now() - state_change > interval '1 second'`,
      );
      expect(idleInTransaction).toEqual([]);
    });
  });

  it('a new endpoint gets its first events soon', async () => {
    await withEngine(async (engine, gate) => {
      const hung = await endpoints(engine, 'hung', HUNG, gate.behaviour);
      await engine.publish(...hung.flatMap((tenant) => some(tenant, 20)));
      await engine.receiver.arrived(16);
      await engine.endpoint('new', '/new');
      await engine.publish(...some('new', 5));
      const before = performance.now();
      await engine.receiver.arrived(5, '/new');
      expect(performance.now() - before).toBeLessThan(10_000);
    });
  });

  it('a healthy endpoint continues to get events, even if all hundred were healthy before', async () => {
    await withEngine(async (engine, gate) => {
      const tenants = await endpoints(engine, 'turned', HUNG, prompt);
      await engine.endpoint('healthy', '/healthy');
      await engine.publish(...tenants.flatMap((tenant) => some(tenant, 10)), delivered('healthy', 'first'));
      await engine.receiver.arrived(HUNG * 10 + 1);
      for (const tenant of tenants) engine.receiver.on(`/${tenant}`, gate.behaviour);
      await engine.publish(...tenants.flatMap((tenant) => some(tenant, 20)));
      await engine.receiver.arrived(HUNG * 10 + 1 + 64);
      await engine.publish(...some('healthy', 50));
      const before = performance.now();
      await engine.receiver.arrived(51, '/healthy');
      expect(performance.now() - before).toBeLessThan(10_000);
    });
  });
});

describe('While a large event hangs at all endpoints of a tenant,', () => {
  const large = (tenantId: string) =>
    ({ ...delivered(tenantId, 'large'), data: { text: 'x'.repeat(245_000) } }) as never;

  it('the worker holds only a part of the event’s deliveries, and deliveries of other tenants arrive', async () => {
    await withEngine(async (engine, gate) => {
      const paths = Array.from({ length: 100 }, (_, i) => `/hung${i}`);
      for (const path of paths) await engine.endpoint('hung', path);
      for (let arrived = 0; arrived < 300; arrived += 100) {
        await engine.publish(delivered('hung', `small${arrived}`));
        await engine.receiver.arrived(arrived + 100);
      }
      for (const path of paths) engine.receiver.on(path, gate.behaviour);
      await engine.publish(large('hung'));
      await engine.endpoint('other', '/other');
      await engine.publish(large('other'));
      await engine.receiver.arrived(1, '/other');
      const [held] = await engine.query<{ megabytes: number }>(
        `select sum(octet_length(body)) / 1e6::float8 as megabytes from $deliveries where state = 'sending'`,
      );
      expect(held!.megabytes).toBeGreaterThan(1);
      expect(held!.megabytes).toBeLessThan(18);
    });
  });
});

describe('While other tenants have a burst,', () => {
  it.each([
    { tenants: 1, events: 3000 },
    { tenants: 8, events: 500 },
  ])(
    '(tenants: $tenants, events of each: $events) a tenant’s first event arrives before the burst is half done',
    async ({ tenants, events }) => {
      await withEngine(async (engine) => {
        const { receiver } = engine;
        const loud = await endpoints(engine, 'loud', tenants, prompt);
        await engine.endpoint('quiet', '/quiet');
        await engine.publish(...loud.flatMap((tenant) => some(tenant, events)));
        await receiver.arrived(200);
        await engine.publish(delivered('quiet', 'm1'));
        await receiver.arrived(1, '/quiet');
        const before = receiver.arrivals.findIndex(({ path }) => path === '/quiet');
        expect(before).toBeLessThan((events * tenants) / 2);
      });
    },
  );

  it('a tenant’s events continue to arrive, although other healthy endpoints could keep every slot busy', async () => {
    await withEngine(async (engine, gate) => {
      const { receiver } = engine;
      const loud = await endpoints(engine, 'loud', 4, prompt);
      await engine.publish(...loud.flatMap((tenant) => some(tenant, 60)));
      await receiver.arrived(240);
      // The concurrency windows have grown, so the endpoints together could fill more than all slots.
      let answers = 0;
      const slow: Behaviour = (response, arrival) => {
        answers++;
        gate.behaviour(response, arrival);
        void setImmediate(() => gate.release(1));
      };
      for (const tenant of loud) receiver.on(`/${tenant}`, slow);
      await engine.publish(...loud.flatMap((tenant) => some(tenant, 1000)));
      await receiver.arrived(500);
      await engine.endpoint('quiet', '/quiet');
      await engine.publish(...some('quiet', 20));
      await receiver.arrived(20, '/quiet');
      expect(answers).toBeLessThan(3000);
    });
  });
});

describe('While one endpoint hangs with a backlog,', () => {
  it('the worker does not query the database again and again', async () => {
    await withEngine(async (engine, gate) => {
      engine.receiver.on('/hung', gate.behaviour);
      await engine.endpoint('hung', '/hung', { timeoutMs: 2000 });
      await engine.publish(...some('hung', 100));
      await engine.receiver.arrived(4);
      const statements = new ClientLog(engine.first.dataSource);
      const retried = new Promise((resolve) => engine.webhooks.events.on('retrying', resolve));
      // There is nothing to do until the first deadline passes, two seconds later.
      const made = await statements.during(() => retried);
      expect(made.length).toBeLessThan(200);
    });
  });
});

describe('A worker that has nothing to do', () => {
  it('runs one statement each time it polls', async () => {
    const engine = await Engine.start({ role: 'worker', options: { worker: { idlePollMs: 100 } } });
    const statements = new ClientLog(engine.first.dataSource);
    const made = await statements.during(() => statements.sent(POLL, 10));
    const others = made.filter((sql) => !sql.includes(POLL));
    expect(made.length - others.length).toBe(10);
    // The first poll of a worker also starts maintenance, which runs each of its statements once.
    expect(others.filter((sql, place) => others.indexOf(sql) < place)).toEqual([]);
    expect(await engine.leftovers()).toEqual(NOTHING_LEFT);
    await engine.close();
  });
});
