import { HeldBodies } from './room/held-bodies.js';
import { LaneScheduler, type SchedulerLimits } from './lane-scheduler.js';
import type { Destination } from '../destinations/destination.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';

const ORIGIN = 'https://receiver.example';

interface LaneFields {
  tenantId?: string;
  isExclusive?: boolean;
}

function deliveriesOf(
  laneId: string,
  count: number,
  { tenantId = 'acme', isExclusive = false }: LaneFields = {},
): LeasedDelivery[] {
  const destination = { laneId, tenantId, isHealthy: !isExclusive } as Destination;
  return Array.from(
    { length: count },
    (_, i) => ({ id: `${laneId}.${i}`, destination, isExclusive }) as LeasedDelivery,
  );
}

function createScheduler(limits: Partial<SchedulerLimits> = {}): LaneScheduler {
  const maxInFlight = limits.maxInFlight ?? (() => 32);
  return new LaneScheduler({ slots: 64, maxInFlight, maxHanging: () => 200, failingWindow: 2, ...limits });
}

/** Takes out everything that may be sent now. */
function sendAll(scheduler: LaneScheduler): LeasedDelivery[] {
  const sent: LeasedDelivery[] = [];
  for (let next = scheduler.next(); next; next = scheduler.next()) sent.push(next);
  return sent;
}

/** One attempt of each lane hangs and then times out. */
function timeOut(scheduler: LaneScheduler, lanes: string[], fields: LaneFields = {}, origin?: string): void {
  for (const lane of lanes)
    for (const each of deliveriesOf(lane, 1, fields)) scheduler.add(each, origin ?? lane);
  for (let sent = sendAll(scheduler); sent.length > 0; sent = sendAll(scheduler))
    for (const delivery of sent) {
      scheduler.finish(delivery, false, null, 15_000);
      scheduler.settle(delivery);
    }
}

describe('LaneScheduler', () => {
  it('limits a tenant to its share of one origin, over all lanes of the tenant to that origin', () => {
    const scheduler = createScheduler({ maxInFlight: () => 5 });
    for (const lane of ['1', '2', '3']) for (const each of deliveriesOf(lane, 4)) scheduler.add(each, ORIGIN);

    expect(sendAll(scheduler)).toHaveLength(5);
  });

  it('sends everything in the end, although lanes wait for their share again and again', () => {
    const scheduler = createScheduler({ maxInFlight: () => 3 });
    for (const lane of ['1', '2', '3', '4'])
      for (const each of deliveriesOf(lane, 10)) scheduler.add(each, ORIGIN);

    let sent = 0;
    for (let inFlight = sendAll(scheduler); inFlight.length > 0; inFlight = sendAll(scheduler)) {
      expect(inFlight.length).toBeLessThanOrEqual(3);
      sent += inFlight.length;
      for (const delivery of inFlight) scheduler.finish(delivery, true, 200, 5);
    }

    expect(sent).toBe(40);
  });

  it('sends nothing more to an origin until the requests in flight fit into a share that has become smaller', () => {
    let maxInFlight = 8;
    const scheduler = createScheduler({ maxInFlight: () => maxInFlight });
    for (const lane of ['1', '2', '3']) for (const each of deliveriesOf(lane, 6)) scheduler.add(each, ORIGIN);
    const inFlight = sendAll(scheduler);
    expect(inFlight).toHaveLength(8);

    maxInFlight = 2; // there are more workers now, which share the limit
    for (const delivery of inFlight.slice(0, 5)) scheduler.finish(delivery, true, 200, 5);

    expect(scheduler.inFlight).toBe(3);
    expect(scheduler.next()).toBeNull();
    for (const delivery of inFlight.slice(5)) scheduler.finish(delivery, true, 200, 5);
    expect(sendAll(scheduler)).toHaveLength(2);
  });

  it('sends two requests at a time to a lane that other workers saw fail, and up to eight if the requests fail quickly', () => {
    const scheduler = createScheduler();
    for (const each of deliveriesOf('1', 4)) scheduler.add(each, ORIGIN);
    for (const each of sendAll(scheduler)) scheduler.finish(each, true, 200, 5);
    for (const each of deliveriesOf('1', 40, { isExclusive: true })) scheduler.add(each, ORIGIN);
    const inFlight: number[] = [];
    for (let sent = sendAll(scheduler); sent.length > 0; sent = sendAll(scheduler)) {
      inFlight.push(sent.length);
      for (const each of sent) scheduler.finish(each, false, 500, 20);
    }
    expect(inFlight).toEqual([2, 4, 8, 8, 8, 8, 2]);
  });

  it('gives a recovering lane one more request in flight for each quick success, but none for a slow success', () => {
    const scheduler = createScheduler();
    for (const each of deliveriesOf('1', 44, { isExclusive: true })) scheduler.add(each, ORIGIN);
    const inFlight: number[] = [];
    for (const durationMs of [20, 20, 2_500, 20, 20]) {
      const sent = sendAll(scheduler);
      inFlight.push(sent.length);
      for (const each of sent) scheduler.finish(each, true, 200, durationMs);
    }
    expect(inFlight).toEqual([2, 4, 8, 8, 16]);
  });

  it('sends two requests at a time to a lane whose requests hang, and these two take no slots', () => {
    const scheduler = createScheduler({ slots: 1 });
    timeOut(scheduler, ['1']);
    for (const each of deliveriesOf('1', 5)) scheduler.add(each, '1');
    expect(sendAll(scheduler)).toHaveLength(2);
    for (const each of deliveriesOf('2', 1)) scheduler.add(each, '2');
    expect(sendAll(scheduler)).toHaveLength(1);
  });

  it('does not count hanging requests in the share of an origin, but limits them separately', () => {
    const scheduler = createScheduler({ maxInFlight: () => 4, maxHanging: () => 6 });
    scheduler.add(deliveriesOf('healthy', 1)[0]!, ORIGIN);
    for (const each of sendAll(scheduler)) scheduler.finish(each, true, 200, 5);
    timeOut(scheduler, ['1', '2', '3', '4', '5'], {}, ORIGIN);
    for (const lane of ['1', '2', '3', '4', '5'])
      for (const each of deliveriesOf(lane, 2)) scheduler.add(each, ORIGIN);
    expect(sendAll(scheduler)).toHaveLength(6);
    for (const each of deliveriesOf('healthy', 5)) scheduler.add(each, ORIGIN);
    const sent = sendAll(scheduler);
    expect(sent).toHaveLength(4);
    for (const each of sent) scheduler.finish(each, true, 200, 5);
    for (const each of sendAll(scheduler)) scheduler.finish(each, true, 200, 5);
    for (const each of deliveriesOf('6', 1)) scheduler.add(each, ORIGIN);
    expect(sendAll(scheduler)).toEqual([]); // untried: it may hang too
    for (const each of deliveriesOf('7', 1)) scheduler.add(each, 'https://elsewhere.example');
    expect(sendAll(scheduler)).toHaveLength(1);
  });

  it('gives the place of a withdrawn lane to the next lane of the same origin', () => {
    const scheduler = createScheduler({ maxInFlight: () => 1 });
    for (const lane of ['1', '2', '3']) for (const each of deliveriesOf(lane, 1)) scheduler.add(each, ORIGIN);
    const [first] = sendAll(scheduler);
    scheduler.finish(first!, true, 200, 5); // lane 2 is ready now
    scheduler.withdraw('2');
    expect(sendAll(scheduler).map(({ destination }) => destination.laneId)).toEqual(['3']);
  });

  it('does not give all places for hanging requests to one tenant', () => {
    const scheduler = createScheduler({ slots: 8 });
    const lanes = (tenant: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${tenant} ${i}`);
    const many = lanes('noisy', 100);
    timeOut(scheduler, many, { tenantId: 'noisy' });
    timeOut(scheduler, ['quiet'], { tenantId: 'quiet' });
    for (const lane of many)
      for (const each of deliveriesOf(lane, 2, { tenantId: 'noisy' })) scheduler.add(each, lane);
    expect(sendAll(scheduler)).toHaveLength(42); // three quarters of 7 × 8
    for (const each of deliveriesOf('quiet', 2, { tenantId: 'quiet' })) scheduler.add(each, 'quiet');
    expect(sendAll(scheduler).map(({ destination }) => destination.laneId)).toEqual(['quiet', 'quiet']);
  });

  it('lets tenants take turns with untried lanes, however many such lanes one tenant has', () => {
    const scheduler = createScheduler({ slots: 16 });
    for (let lane = 0; lane < 100; lane++)
      for (const each of deliveriesOf(`${lane}`, 1, { tenantId: 'noisy' })) scheduler.add(each, `${lane}`);
    for (const each of deliveriesOf('quiet', 1, { tenantId: 'quiet' })) scheduler.add(each, 'quiet');
    const sent = sendAll(scheduler);
    expect(sent).toHaveLength(4); // a quarter of the slots
    expect(sent.map(({ destination }) => destination.laneId)).toContain('quiet');
  });

  it('limits one tenant so that others have room, and lists the tenants that a claim must skip', () => {
    const scheduler = createScheduler({ slots: 8 });
    const { room } = scheduler;
    const add = (laneId: string, tenantId: string): void => {
      for (const each of deliveriesOf(laneId, 1, { tenantId })) scheduler.add(each, laneId);
    };
    const budget = room.openBudget(0, 'claim', new HeldBodies());
    let leased = 0;
    for (let lane = 0; lane < 100; lane++)
      leased += budget.reserve({ laneId: `${lane}`, tenantId: 'noisy' }, 4);
    expect(leased).toBe(30); // three quarters of 5 × 8
    expect(budget.reserve({ laneId: 'quiet', tenantId: 'quiet' }, 4)).toBe(4);
    for (let lane = 0; lane < 29; lane++) add(`${lane}`, 'noisy');
    expect(room.unclaimable().tenantIds).toEqual([]);
    add('29', 'noisy');
    expect(room.unclaimable().tenantIds).toEqual(['noisy']);
  });

  it('allows one claim from a lane that became due, when the lane has room', () => {
    const scheduler = createScheduler();
    const { room } = scheduler;
    for (const each of deliveriesOf('1', 4)) scheduler.add(each, ORIGIN);
    const sent = sendAll(scheduler);
    room.noteDue(['1', 'unknown']);
    expect(room.hasClaimableLanes).toBe(true);
    room.unclaimable(); // the claim
    expect(room.hasClaimableLanes).toBe(false);
    room.noteDue(['1']); // the lane is due again, but full
    expect(room.hasClaimableLanes).toBe(false);
    scheduler.finish(sent[0]!, true, 200, 5);
    expect(room.hasClaimableLanes).toBe(true);
  });

  it('allows a claim from a lane that had no room only after outcomes are recorded; in an unhealthy lane, a delivery takes up room until its outcome is recorded', () => {
    const scheduler = createScheduler();
    const { room } = scheduler;
    timeOut(scheduler, ['hangs']);
    for (const lane of ['hangs', 'healthy'])
      for (const each of deliveriesOf(lane, lane === 'hangs' ? 2 : 8)) scheduler.add(each, lane);
    const sent = new Map(sendAll(scheduler).map((delivery) => [delivery.id, delivery]));
    const skipped = () => room.unclaimable().laneIds;
    expect(skipped()).toEqual(['hangs', 'healthy']);
    scheduler.finish(sent.get('healthy.0')!, true, 200, 5);
    expect(room.hasClaimableLanes).toBe(false);
    room.announceRoom();
    expect(room.hasClaimableLanes).toBe(true);
    expect(skipped()).toEqual(['hangs']);
    scheduler.finish(sent.get('hangs.0')!, false, null, 15_000);
    room.announceRoom();
    expect(room.hasClaimableLanes).toBe(false);
    expect(skipped()).toEqual(['hangs']);
    scheduler.settle(sent.get('hangs.0')!);
    room.announceRoom();
    expect(room.hasClaimableLanes).toBe(true);
    expect(skipped()).toEqual([]);
  });

  it('allows no claim while no lane is healthy and there is no room for unhealthy lanes', () => {
    const scheduler = createScheduler({ slots: 4 });
    const { room } = scheduler;
    for (let lane = 0; lane < 20; lane++)
      for (const each of deliveriesOf(`${lane}`, 1)) scheduler.add(each, `${lane}`);
    expect(room.canClaim).toBe(false);
    scheduler.finish(sendAll(scheduler)[0]!, true, 200, 5);
    expect(room.canClaim).toBe(true);
  });

  it('divides a tenant’s free room for large bodies equally among the lanes of a claim', () => {
    const MB = 1024 * 1024;
    const { room } = createScheduler();
    const bodies = new HeldBodies();
    expect(room.openBudget(0, 'claim', bodies).reserveBytes('acme', 2)).toBe(8 * MB);
    for (let i = 0; i < 16; i++) bodies.add('acme', MB);

    const budget = room.openBudget(0, 'claim', bodies);
    expect(budget.reserveBytes('acme', 1)).toBe(0);
    expect(budget.reserveOne({ laneId: '1', tenantId: 'acme' }, 'x'.repeat(MB))).toBe(false);
    expect(budget.reserveOne({ laneId: '1', tenantId: 'acme' }, 'é'.repeat(4_097))).toBe(false); // 8,194 bytes
    expect(budget.reserveOne({ laneId: '1', tenantId: 'acme' }, 'é'.repeat(4_096))).toBe(true);
    expect(budget.reserveOne({ laneId: '2', tenantId: 'other' }, 'x'.repeat(MB))).toBe(true);
    expect(budget.reserveBytes('other', 100)).toBe(MB / 4);
    expect(bodies.roomOf('other')).toBe(8 * MB);

    for (let i = 0; i < 16; i++) bodies.remove('acme', MB);
    expect(bodies.roomOf('acme')).toBe(16 * MB);
  });
});
