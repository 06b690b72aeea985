import { settle } from './figures.js';
import { promises } from './reconcile.js';
import { World } from './world.js';

/** Notes every owner of a lease. */
const LEASE_OWNERS = `
  create table lease_owners (owner text primary key);
  create function note_owner() returns trigger language plpgsql as $$
  begin
    insert into lease_owners values (new.owner) on conflict do nothing;
    return null;
  end $$;
  create trigger owner after insert on webhook_leases for each row execute function note_owner();
`;

describe('Two worker processes on one queue', () => {
  it('share the work, send each delivery once, and keep to the limits of an endpoint together', async () => {
    const world = await World.create();
    try {
      await world.rows(LEASE_OWNERS);
      const api = await world.host({ role: 'api' });
      await Promise.all([world.host({ role: 'worker' }), world.host({ role: 'worker' })]);
      await world.register(api, '/plain');
      await world.register(api, '/two-at-once', { maxInFlight: 2 });
      await world.ledger.behave('/two-at-once', { delayMs: 5 });
      const subjects = Array.from({ length: 200 }, (_, i) => `m${i}`);

      for (let i = 0; i < subjects.length; i += 20) await api.publish('acme', subjects.slice(i, i + 20));
      await world.drained();

      expect(await settle(world)).toMatchObject({
        ...promises(),
        deliveries: 400,
        duplicates: 0,
        takeOvers: 0,
      });
      expect(await world.count('lease_owners')).toBe(2);
      expect(world.ledger.mostAtOnce('/two-at-once')).toBe(2);
    } finally {
      await world.close();
    }
  }, 240_000); // three processes and a disk: on a busy machine they take their time
});
