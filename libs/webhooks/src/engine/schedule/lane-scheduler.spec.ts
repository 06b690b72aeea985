import { HeldBodies } from './held-bodies.js';
import { LaneScheduler } from './lane-scheduler.js';
import type { Destination } from '../destinations/destination.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';

const ORIGIN = 'https://receiver.example';

function deliveriesOf(laneId: string, count: number): LeasedDelivery[] {
  const destination = { laneId, tenantId: 'acme', isHealthy: true } as Destination;
  return Array.from({ length: count }, (_, i) => ({ id: `${laneId}.${i}`, destination }) as LeasedDelivery);
}

/** Takes out everything that may be sent now. */
function sendAll(scheduler: LaneScheduler): LeasedDelivery[] {
  const sent: LeasedDelivery[] = [];
  for (let next = scheduler.next(); next; next = scheduler.next()) sent.push(next);
  return sent;
}

describe('LaneScheduler', () => {
  it('keeps a tenant to its share of one origin, over all its lanes there', () => {
    const scheduler = new LaneScheduler(64, () => 5);
    for (const lane of ['1', '2', '3']) for (const each of deliveriesOf(lane, 4)) scheduler.add(each, ORIGIN);

    expect(sendAll(scheduler)).toHaveLength(5);
  });

  it('sends everything in the end, although lanes wait for their share again and again', () => {
    const scheduler = new LaneScheduler(64, () => 3);
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

  it('ends requests although the share became smaller while they were in flight', () => {
    let maxInFlight = 8;
    const scheduler = new LaneScheduler(64, () => maxInFlight);
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

  it('gives a tenant as much room for large bodies as is free, in equal shares for the lanes of a claim', () => {
    const MB = 1024 * 1024;
    const scheduler = new LaneScheduler(64, () => 32);
    const bodies = new HeldBodies();
    expect(scheduler.openBudget(0, true, bodies).reserveBytes('acme', 2)).toBe(8 * MB);
    for (let i = 0; i < 16; i++) bodies.add('acme', MB);

    const budget = scheduler.openBudget(0, true, bodies);
    expect(budget.reserveBytes('acme', 1)).toBe(0);
    expect(budget.reserveOne('1', 'acme', MB)).toBe(false);
    expect(budget.reserveOne('1', 'acme', 8_192)).toBe(true);
    expect(budget.reserveOne('2', 'other', MB)).toBe(true);
    expect(budget.reserveBytes('other', 100)).toBe(MB / 4);
    expect(bodies.roomOf('other')).toBe(8 * MB);

    for (let i = 0; i < 16; i++) bodies.remove('acme', MB);
    expect(bodies.roomOf('acme')).toBe(16 * MB);
  });
});
