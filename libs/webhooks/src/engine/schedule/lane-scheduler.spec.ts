import { LaneScheduler } from './lane-scheduler.js';
import type { Destination } from '../destinations/destination.js';
import type { LeasedDelivery } from '../destinations/leased-delivery.js';

const ORIGIN = 'https://receiver.example';

function deliveriesOf(laneId: string, count: number): LeasedDelivery[] {
  const target = { laneId, tenantId: 'acme', isHealthy: true } as Destination;
  return Array.from(
    { length: count },
    (_, i) => ({ id: `${laneId}.${i}`, destination: target }) as LeasedDelivery,
  );
}

/** Takes everything that may be sent now. */
function sendAll(book: LaneScheduler): LeasedDelivery[] {
  const sent: LeasedDelivery[] = [];
  for (let next = book.next(); next; next = book.next()) sent.push(next);
  return sent;
}

describe('LaneBook', () => {
  it('keeps a tenant to its share of one origin, over all its lanes there', () => {
    const book = new LaneScheduler(64, () => 5);
    for (const lane of ['1', '2', '3']) for (const each of deliveriesOf(lane, 4)) book.add(each, ORIGIN);

    expect(sendAll(book)).toHaveLength(5);
  });

  it('sends everything in the end, though lanes wait for their share again and again', () => {
    const book = new LaneScheduler(64, () => 3);
    for (const lane of ['1', '2', '3', '4'])
      for (const each of deliveriesOf(lane, 10)) book.add(each, ORIGIN);

    let sent = 0;
    for (let flying = sendAll(book); flying.length > 0; flying = sendAll(book)) {
      expect(flying.length).toBeLessThanOrEqual(3);
      sent += flying.length;
      for (const delivery of flying) book.finish(delivery, true, 200, 5);
    }

    expect(sent).toBe(40);
  });

  it('ends requests although the share was cut while they flew', () => {
    let most = 8;
    const book = new LaneScheduler(64, () => most);
    for (const lane of ['1', '2', '3']) for (const each of deliveriesOf(lane, 6)) book.add(each, ORIGIN);
    const flying = sendAll(book);
    expect(flying).toHaveLength(8);

    most = 2; // more workers came, and share the limit
    for (const delivery of flying.slice(0, 5)) book.finish(delivery, true, 200, 5);

    expect(book.inFlight).toBe(3);
    expect(book.next()).toBeNull();
    for (const delivery of flying.slice(5)) book.finish(delivery, true, 200, 5);
    expect(sendAll(book)).toHaveLength(2);
  });
});
