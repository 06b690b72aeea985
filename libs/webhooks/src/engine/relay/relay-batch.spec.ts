import type { ClaimedEvent } from '../../store/outbox-store.js';
import type { NewDelivery } from './fan-out.js';
import { RelayBatch } from './relay-batch.js';

const LARGE = 'x'.repeat(245_000);

const event = (sequence: string, subject: string | null, isLarge: boolean): ClaimedEvent =>
  ({ sequence, tenantId: 'acme', subject, isLarge }) as ClaimedEvent;
const deliveries = (count: number, body: string): NewDelivery[] =>
  Array.from({ length: count }, () => ({ body }) as NewDelivery);

describe('RelayBatch', () => {
  it('takes the first event whatever its size, then each later event whose bodies fit', () => {
    const batch = new RelayBatch();
    expect(batch.add(event('1', null, true), deliveries(50, LARGE))).toBe(true);
    expect(batch.add(event('2', null, true), deliveries(1, LARGE))).toBe(false);
    expect(batch.add(event('3', null, false), deliveries(100, 'small'))).toBe(true);
    expect(batch.relayed).toEqual(['1', '3']);
    expect(batch.deliveries).toHaveLength(150);
  });

  it('takes 2,000 deliveries at most', () => {
    const batch = new RelayBatch();
    expect(batch.add(event('1', null, false), deliveries(1_999, 'small'))).toBe(true);
    expect(batch.add(event('2', null, false), deliveries(2, 'small'))).toBe(false);
    expect(batch.add(event('3', null, false), deliveries(1, 'small'))).toBe(true);
  });

  it('relays later small events if a large event has no room, except events of waiting subjects', () => {
    const batch = new RelayBatch();
    batch.add(event('1', 'm1', true), deliveries(16, LARGE));
    expect(batch.mustWait(event('2', 'm2', true))).toBe(false);
    batch.add(event('2', 'm2', true), deliveries(16, LARGE));
    const mustWait = (subject: string | null, isLarge: boolean) =>
      batch.mustWait(event('3', subject, isLarge));
    expect(mustWait('m1', false)).toBe(false);
    expect(mustWait('m2', false)).toBe(true);
    expect(mustWait(null, false)).toBe(false);
    expect(mustWait('m3', true)).toBe(true);
    expect(mustWait('m3', false)).toBe(true);
  });
});
