import { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import { addEndpoint, newEvent, publish, relayTo, skipping, useStore } from '../store/support.js';
import { type Explained, rowsCompared } from '../support/rows-read.js';

const LANES = 20;
const DELIVERIES = 30;
const LEASE_MS = 60_000;

describe('A claim', () => {
  const test = useStore();
  afterEach(() => jest.restoreAllMocks());

  /** Claims all that is due. Returns its number, and the rows that the steps of the statement have looked at. */
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

  it('compares none of its deliveries with all others that it takes', async () => {
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
