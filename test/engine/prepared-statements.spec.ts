import { delivered, type Engine, useEngine } from './support/engine.js';
import { answer, inTurn } from './support/receiver.js';

const POOL = 3;
const DAY = 24 * 3_600_000;

/** All connections of the pool forget their statements, as behind a pooler. */
async function forget(engine: Engine): Promise<void> {
  const runners = Array.from({ length: POOL }, () => engine.first.dataSource.createQueryRunner());
  const held = await Promise.all(
    runners.map((runner) => runner.query('select count(*) from pg_prepared_statements')),
  );
  expect(held.some(([{ count }]) => Number(count) > 0)).toBe(true);
  await Promise.all(runners.map((runner) => runner.query('deallocate all')));
  await Promise.all(runners.map((runner) => runner.release()));
}

describe('A relay whose prepared statements are gone', () => {
  const engine = useEngine({ pool: POOL });

  it('goes on without them', async () => {
    await engine().endpoint('acme', '/hooks');
    for (const subject of ['before', 'after']) {
      await engine().publish(delivered('acme', subject));
      await engine().runAll();
      if (subject === 'before') await forget(engine());
    }

    expect(engine().receiver.arrivals).toHaveLength(2);
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(2);
  });
});

describe('A claim whose prepared statement is gone', () => {
  const engine = useEngine({ pool: POOL });

  it('is made without it', async () => {
    engine().receiver.on('/hooks', inTurn(answer(500), answer(500), answer(200)));
    await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runAll();
    engine().advance(DAY);
    await engine().runAll(); // the first claim: before it all went straight from the relay
    await forget(engine());

    engine().advance(DAY);
    await engine().runAll();

    expect(engine().receiver.arrivals).toHaveLength(3);
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(1);
  });
});
