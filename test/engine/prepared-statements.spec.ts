import { delivered, useEngine } from './support/engine.js';

describe('A connection whose prepared statements are gone, as behind a pooler', () => {
  const POOL = 3;
  const engine = useEngine({ pool: POOL });

  async function deliverByTurns(subject: string): Promise<void> {
    await engine().publish(delivered('acme', subject), delivered('acme', `${subject}-2`));
    await engine().runAll();
  }

  it('is noticed at the first claim, and the claim is made without them', async () => {
    // One at a time: what has to wait is claimed from its lane.
    await engine().endpoint('acme', '/hooks', { maxInFlight: 1 });
    await deliverByTurns('before');
    const runners = Array.from({ length: POOL }, () => engine().first.dataSource.createQueryRunner());
    const held = await Promise.all(
      runners.map((runner) => runner.query('select count(*) from pg_prepared_statements')),
    );
    expect(held.some(([{ count }]) => Number(count) > 0)).toBe(true);
    await Promise.all(runners.map((runner) => runner.query('deallocate all')));
    await Promise.all(runners.map((runner) => runner.release()));

    await deliverByTurns('after');

    expect(engine().receiver.arrivals).toHaveLength(4);
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(4);
  });
});
