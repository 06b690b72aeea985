import { settle } from './figures.js';
import { LEASE_MS } from './host.js';
import { promises } from './reconcile.js';
import { until } from './until.js';
import { World } from './world.js';

describe('In the database,', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.close());

  it('an attempt that cannot be stored: all other attempts are recorded, and the delivery keeps its outcome but not that attempt', async () => {
    await world.admin.query(`
      create function refuse_one() returns trigger language plpgsql as $$
        begin
          if exists (select 1 from webhook_deliveries d join webhook_events e on e.sequence = d.event_sequence
                      where d.id = new.delivery_id and e.subject = 'm2') then
            raise 'This attempt cannot be stored.';
          end if;
          return new;
        end $$;
      create trigger refuse_one before insert on webhook_attempts for each row execute function refuse_one()`);
    const host = await world.host();
    await world.register(host, '/hook');
    await world.ledger.behave('/hook', { failFirst: true });
    await host.publish('acme', ['m1', 'm2', 'm3', 'm4']);
    await world.drained();

    expect(await settle(world)).toMatchObject({ ...promises(), requests: 8, takeOvers: 0, misnumbered: 1 });
    expect(await world.count(`webhook_deliveries where state = 'delivered'`)).toBe(4);
  });

  it('an outcome that can never be stored: all other outcomes are recorded, and the delivery ends with a reason', async () => {
    await world.admin.query(`
      create function refuse_one() returns trigger language plpgsql as $$
        begin
          if new.state = 'delivered' and new.id = 13 then raise 'This outcome cannot be stored.'; end if;
          return new;
        end $$;
      create trigger refuse_one before update on webhook_deliveries for each row execute function refuse_one()`);
    const host = await world.host();
    await world.register(host, '/hook');
    await host.publish(
      'acme',
      Array.from({ length: 40 }, (_, i) => `m${i}`),
    );
    await until(
      'the other 39 deliveries to succeed',
      async () => (await world.count(`webhook_deliveries where state = 'delivered'`)) === 39,
    );
    await world.drained();

    expect(await world.rows(`select state, reason from webhook_deliveries where id = 13`)).toEqual([
      { state: 'discarded', reason: 'claims-used-up' },
    ]);
    const account = await settle(world);
    expect(account).toMatchObject({ ...promises(), deliveries: 40 });
    expect(account.duplicates).toBeLessThanOrEqual(account.takeOvers);
  });

  it('all outcomes are refused for the time of two leases: no worker sends anything again', async () => {
    await world.admin.query(`
      create function refuse_all() returns trigger language plpgsql as $$
        begin raise 'The disk is full.' using errcode = '53100'; end $$;
      create trigger refuse_all before update on webhook_deliveries for each row
        when (new.attempts > old.attempts) execute function refuse_all()`);
    const hosts = [await world.host(), await world.host()];
    await world.register(hosts[0]!, '/handed-over');
    await world.register(hosts[0]!, '/claimed', { maxInFlight: 50 });
    await hosts[0]!.publish(
      'acme',
      Array.from({ length: 40 }, (_, i) => `m${i}`),
    );
    await world.ledger.arrivals(80);
    const [{ end }] = (await world.rows(
      `select extract(epoch from clock_timestamp()) * 1000 + ${2 * LEASE_MS} as end`,
    )) as [{ end: string }];
    await until(
      'the time of two leases to pass',
      async () =>
        (await world.count('generate_series(1, 1) where extract(epoch from clock_timestamp()) * 1000 > $1', [
          end,
        ])) > 0,
    );
    expect(world.ledger.count).toBe(80);
    await world.admin.query('drop function refuse_all cascade');
    await world.drained();

    expect(await settle(world)).toMatchObject({
      ...promises(),
      deliveries: 80,
      requests: 80,
      duplicates: 0,
      takeOvers: 0,
    });
  });

  it('an event that commits late: it is sent, although events with higher numbers were sent before', async () => {
    const host = await world.host();
    const other = await world.host({ role: 'api' });
    await world.register(host, '/hook');
    const commit = other.database.holdCommit('before', /host_messages/);
    const late = other.publish('acme', ['early-number']);
    const held = await commit;
    await host.publish('acme', ['late-number']);
    await world.ledger.arrivals(1);
    expect(world.ledger.lines()[0]!.body).toContain('late-number');
    held.release();
    await late;
    await world.drained();

    const events = await world.rows<{ subject: string }>(
      'select subject from webhook_events order by sequence',
    );
    expect(events.map(({ subject }) => subject)).toEqual(['early-number', 'late-number']);
    expect(await settle(world)).toMatchObject({ ...promises(), requests: 2, duplicates: 0 });
  });

  it('a savepoint or a transaction that is rolled back: its event is gone, and a later event is sent', async () => {
    const host = await world.host();
    await world.register(host, '/hook');
    await host.publish('acme', ['undone'], { rollback: 'savepoint' });
    await host.publish('acme', ['undone too'], { rollback: 'all' });
    await host.publish('acme', ['kept']);
    await world.drained();

    expect(world.ledger.lines().map(({ body }) => JSON.parse(body).data.subject)).toEqual(['kept']);
    expect(await settle(world)).toMatchObject({ ...promises(), committed: 1, requests: 1 });
  });

  it('10,000 events in one transaction: all are sent, in batches', async () => {
    const host = await world.host();
    await world.register(host, '/hook', { ordering: 'none' });
    const begun = performance.now();
    await host.publish(
      'acme',
      Array.from({ length: 10_000 }, (_, i) => `m${i}`),
    );
    const published = performance.now() - begun;
    await world.drained();
    const seconds = (performance.now() - begun) / 1000;

    const measured = { 'publish (ms)': Math.round(published), 'sent after (s)': Math.round(seconds) };
    expect(await settle(world, measured)).toMatchObject({
      ...promises(),
      committed: 10_000,
      deliveries: 10_000,
      duplicates: 0,
    });
  });
});
