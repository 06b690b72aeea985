import { Dispatcher } from '../../libs/webhooks/src/engine/dispatcher.js';
import { Pipeline } from '../../libs/webhooks/src/engine/pipeline.js';
import type { ClaimBudget, LaneRef } from '../../libs/webhooks/src/engine/schedule/room/claim-budget.js';
import { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import { addEndpoint, newEvent, publish, relayTo, skipping, useStore } from '../store/support.js';
import { type Explained, rowsCompared } from '../support/rows-read.js';
import { delivered, useEngine } from './support/engine.js';
import { Gate } from './support/receiver.js';

const LANES = 20;
const DELIVERIES = 30;
const LEASE_MS = 60_000;

describe('A claim', () => {
  const test = useStore();
  afterEach(() => jest.restoreAllMocks());

  /**
   * Claims everything that is due. `claimed` is the number of leased deliveries, and `rows` is the number of rows
   * that the leasing statement has processed in all its steps.
   */
  async function claimAll(): Promise<{ claimed: number; rows: number }> {
    const { prepared } = Session.prototype;
    let rows = 0;
    const spy = jest.spyOn(Session.prototype, 'prepared');
    spy.mockImplementation(async function (this: Session, sql: string, parameters: unknown[]) {
      await this.query('savepoint before_explain');
      const [row] = await this.query<Explained>(`explain (analyze, format json) ${sql}`, parameters);
      await this.query('rollback to before_explain');
      rows = rowsCompared(row!);
      return prepared.call(this, sql, parameters);
    } as typeof prepared);
    const { id } = await test.store.openLease('worker', LEASE_MS);
    const claimed = await test.store.transaction(async (tx) => {
      const lanes = await tx.claimLanes(LANES, skipping());
      const claims = lanes.map((lane) => ({
        lane,
        count: DELIVERIES,
        retryCount: 0,
        maxBytes: 1_000_000,
        depth: DELIVERIES,
      }));
      return tx.leaseDeliveries(claims, { id, leaseMs: LEASE_MS, exclusiveMs: LEASE_MS }, 1);
    });
    return { claimed: claimed.length, rows };
  }

  it('does not compare each of its deliveries with all others that it claims', async () => {
    for (let i = 0; i < LANES; i++) {
      const laneId = await addEndpoint(test);
      await publish(test, ...Array.from({ length: DELIVERIES }, () => newEvent()));
      await relayTo(test, laneId);
    }
    const { claimed, rows } = await claimAll();
    expect(claimed).toBe(LANES * DELIVERIES);
    expect(rows).toBeLessThan((claimed * claimed) / 4);
  });
});

describe('A claim that locks its maximum of lanes', () => {
  const engine = useEngine({ options: { limits: { registrationsPerMinute: 100 } } });
  const LOCKED_AT_ONCE = 64;
  const CROWDED = ['a', 'b'];

  /** A budget with no room for the crowded tenants. */
  const budget = {
    isHealthy: () => true,
    sharesOf: () => ({ healthy: 1, unhealthy: 1 }),
    reserve: ({ tenantId }: LaneRef, count: number) => (CROWDED.includes(tenantId) ? 0 : count),
    reserveBytes: () => 1_000_000,
  } as unknown as ClaimBudget;

  it('moves the lanes that get no budget behind others that are due', async () => {
    for (const tenant of CROWDED) {
      for (let i = 0; i < LOCKED_AT_ONCE / CROWDED.length; i++)
        await engine().endpoint(tenant, `/${i}`, { maxInFlight: 1 });
      await engine().publish(delivered(tenant, 'm1'));
    }
    const pipeline = engine().first.module.get(Pipeline, { strict: false });
    await pipeline.relayBatch();
    await engine().endpoint('other', '/other', { maxInFlight: 1 });
    await engine().publish(delivered('other', 'm1'));
    await pipeline.relayBatch();

    const room = jest
      .spyOn(engine().first.module.get(Dispatcher, { strict: false }).intake, 'openBudget')
      .mockReturnValue(budget);
    const tenants = async () =>
      (await pipeline.claimBatch()).leased.map(({ destination }) => destination.tenantId);
    expect([await tenants(), await tenants()]).toEqual([[], ['other']]);
    room.mockRestore();
    await engine().runAll();
  });
});

describe('A claim of large bodies', () => {
  const engine = useEngine({ options: { limits: { registrationsPerMinute: 100 } } });
  const MB = 1024 * 1024;
  const LANES_OF_TENANT = 24;
  const IN_FLIGHT = 4;

  it('takes at most 16 MB of one tenant, however many deliveries are due in its lanes', async () => {
    const gate = new Gate();
    engine().receiver.on('/hooks', gate.behaviour);
    for (let lane = 0; lane < LANES_OF_TENANT; lane++)
      await engine().endpoint('acme', '/hooks', { maxInFlight: IN_FLIGHT });
    const message = { direction: 'out', from: 'ACME', to: '+15550100', body: 'x'.repeat(250_000) } as const;
    for (let i = 0; i < IN_FLIGHT; i++)
      await engine().publish(delivered('acme', `m${i}`, { data: { message: { id: `m${i}`, ...message } } }));
    const pipeline = engine().first.module.get(Pipeline, { strict: false });
    while ((await pipeline.relayBatch()).hasMore);

    const { leased } = await pipeline.claimBatch();
    gate.open();
    await engine().runAll();
    const bytes = leased.reduce((sum, { body }) => sum + body.length, 0);
    expect(bytes).toBeGreaterThan(4 * MB);
    expect(bytes).toBeLessThanOrEqual(16 * MB);
    expect(await engine().count(`$deliveries where state = 'delivered'`)).toBe(LANES_OF_TENANT * IN_FLIGHT);
  });
});
