import { settle } from './figures.js';
import { promises } from './reconcile.js';
import { World } from './world.js';

const EVENTS = 520;
const LIMIT = 3;
/** Maximum number of rows that one statement of the relay, of a discard or of retention changes. */
const BATCH = 500;

/** Triggers that write to the table `taken` how many rows of each kind a statement has taken. */
const WITNESS = `
  create table taken (what text not null, lane_id bigint, rows bigint not null);
  create function note_updates() returns trigger language plpgsql as $$
  begin
    insert into taken
    select case n.state when 'sending' then 'claimed' else 'discarded' end, n.lane_id, count(*)
      from after_it n join before_it o using (id)
     where n.state = 'sending' and n.lease_id is distinct from o.lease_id or n.state = 'discarded' and o.state = 'pending'
     group by 1, 2;
    return null;
  end $$;
  create function note_deletes() returns trigger language plpgsql as $$
  begin
    insert into taken select tg_argv[0], null, count(*) from before_it;
    return null;
  end $$;
  create trigger taken after update on webhook_deliveries referencing old table as before_it new table as after_it
    for each statement execute function note_updates();
  create trigger relayed after delete on webhook_unrelayed referencing old table as before_it
    for each statement execute function note_deletes('relayed');
  create trigger expired after delete on webhook_deliveries referencing old table as before_it
    for each statement execute function note_deletes('expired deliveries');
  create trigger expired after delete on webhook_events referencing old table as before_it
    for each statement execute function note_deletes('expired events');
`;

const off = (...features: string[]): string => features.map((each) => `-c enable_${each}=off`).join(' ');

describe('Whatever plan the database chooses,', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    await world.rows(WITNESS);
  });
  afterEach(() => world.close());

  it.each([
    ['only nested loops', off('hashjoin', 'mergejoin', 'material', 'memoize', 'hashagg', 'sort')],
    ['no indexes', off('indexscan', 'indexonlyscan', 'bitmapscan')],
    ['the same plan for all parameters', '-c plan_cache_mode=force_generic_plan'],
  ])('no statement takes more rows than its limit (%s)', async (_, options) => {
    const connection = { options };
    const settings = { role: 'worker', connection, retentionMs: 0 } as const;
    const api = await world.host({ role: 'api', connection });
    const limited = await world.register(api, '/limited', { maxInFlight: LIMIT, ordering: 'none' });
    const closing = await world.register(api, '/closing', { active: false });
    const open = await world.register(api, '/open', { ordering: 'none' });
    for (const { id } of [limited, open]) await api.call('endpoints', 'pause', 'acme', id);
    const subjects = Array.from({ length: EVENTS }, (__, i) => String(i));
    await api.publish('acme', subjects);
    // This tenant has no endpoint: its events get no deliveries, so retention can delete many of them at once.
    await api.publish(
      'nobody',
      subjects.map((each) => `nobody-${each}`),
    );
    const workers = await Promise.all([world.host(settings), world.host(settings)]);
    await world.relayed();
    for (const { id } of [limited, open]) await api.call('endpoints', 'resume', 'acme', id);
    await api.call('operator', 'disable', closing.id);
    await world.drained();
    await workers[0]!.process.ask('keepHouse');

    const most = await mostTaken(world);
    const account = await settle(world, most);
    expect(account).toMatchObject({
      ...promises(),
      deliveries: EVENTS * 3,
      duplicates: 0,
    });
    expect(most.relayed).toBeLessThanOrEqual(BATCH);
    expect(most.discarded).toBeLessThanOrEqual(BATCH);
    expect(most['expired deliveries']).toBeLessThanOrEqual(BATCH);
    expect(most['expired events']).toBeLessThanOrEqual(BATCH);
    expect(most['claimed, limited lane']).toBeLessThanOrEqual(LIMIT);
    expect(most['claimed, open lane']).toBeLessThanOrEqual(64);
    expect(world.ledger.mostAtOnce('/limited')).toBeLessThanOrEqual(LIMIT);
    // Each kind of statement has taken rows: otherwise the test would show nothing.
    expect(Math.min(...Object.values(most))).toBeGreaterThan(0);
  });
});

/** The most rows of each kind that one statement took. */
async function mostTaken(world: World): Promise<Record<string, number>> {
  const rows = await world.rows<{ what: string; url: string | null; most: number }>(
    `select t.what, e.url, max(t.rows)::int as most from taken t
       left join webhook_lanes l on l.id = t.lane_id left join webhook_endpoints e on e.id = l.endpoint_id
      group by 1, 2`,
  );
  return Object.fromEntries(
    rows.map(({ what, url, most }) => [
      what === 'claimed' ? `claimed, ${url!.slice(url!.lastIndexOf('/') + 1)} lane` : what,
      most,
    ]),
  ) as Record<string, number>;
}
