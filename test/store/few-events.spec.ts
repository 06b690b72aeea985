import { SMALL_BATCH } from '../../libs/webhooks/src/store/lane-rules.js';
import type { FewEvents } from '../../libs/webhooks/src/store/outbox-store.js';
import { WebhookDeliveryRow } from '../../libs/webhooks/src/store/schema/delivery.entity.js';
import { addEndpoint, newEvent, publish, relayTo, skipping, toDelivery, useStore } from './support.js';

describe('The relay of a few events', () => {
  const test = useStore();
  // Until this check has found READ COMMITTED, `readFewEvents` returns `null`. An app runs the check at startup.
  beforeEach(() => test.store.checkIsolation());

  const read = async (): Promise<FewEvents> => (await test.store.readFewEvents())!;
  const openLease = async (ms = 60_000) => (await test.store.openLease('worker', ms)).id;
  const subjectsOf = ({ events }: FewEvents) => events.map(({ subject }) => subject);

  /**
   * Relays each event to the first destination of its tenant. Returns the subjects, and the indexes of what was handed
   * over.
   */
  async function relay(few: FewEvents, leaseId: string) {
    const seen = new Set<string | null>();
    const deliveries = few.events.flatMap((event) => {
      const destination = few.destinations.find(({ tenantId }) => tenantId === event.tenantId);
      // As in the relay, only the first delivery of each subject may skip the lane.
      const isDirect = !seen.has(event.subject);
      seen.add(event.subject);
      return destination ? [{ ...toDelivery(event, destination), isDirect, body: `${event.subject}` }] : [];
    });
    const { relayed, handedOver, hasWaiting } = await test.store.relayFewEvents(
      few.events,
      deliveries,
      leaseId,
    );
    const subjects = few.events
      .filter(({ sequence }) => relayed.includes(sequence))
      .map(({ subject }) => subject);
    for (const { id, index } of handedOver) {
      const { body } = (await test.dataSource.getRepository(WebhookDeliveryRow).findOneBy({ id }))!;
      expect(body).toBe(deliveries[index]!.body);
    }
    return { relayed: subjects, handedOver: handedOver.map(({ index }) => index).toSorted(), hasWaiting };
  }

  const named = (...subjects: string[]) => subjects.map((subject) => newEvent({ subject }));

  it('hands the deliveries over once, and relays the events once', async () => {
    await addEndpoint(test);
    const leaseId = await openLease();
    await publish(test, ...named('m1', 'm2'), newEvent({ tenantId: 'b', subject: 'm3' }));
    const few = await read();
    expect(subjectsOf(few)).toEqual(['m1', 'm2', 'm3']);
    expect(await relay(few, leaseId)).toEqual({
      relayed: ['m1', 'm2', 'm3'],
      handedOver: [0, 1],
      hasWaiting: false,
    });
    expect(await test.store.checkForWork(skipping())).toMatchObject({ hasEvents: false, dueInMs: null });
    expect(await relay(few, leaseId)).toEqual({ relayed: [], handedOver: [], hasWaiting: false });
    expect(await read()).toEqual({ events: [], destinations: [], isWhole: true });
  });

  it('reads events and destinations in the same form as the relay of a batch', async () => {
    await addEndpoint(test, { phoneNumbers: ['+15550100'], timeoutMs: 3_000 });
    await publish(
      test,
      newEvent({ subject: 'm1', occurredAt: 1_700_000_000_000, source: '/v1', test: true }),
    );
    const { events, destinations } = await read();
    const [inBatch, ofTenant] = await test.store.transaction(async (tx) => [
      (await tx.claimEvents(1)).events,
      await tx.readDestinationsOfTenants(['a']),
    ]);
    expect(events).toEqual([{ ...inBatch[0], followsEarlier: true, version: expect.any(String) }]);
    const withoutNow = (each: object) => ({ ...each, now: null });
    expect(destinations.map(withoutNow)).toEqual(ofTenant.map(withoutNow));
  });

  it.each([
    ['all of them', SMALL_BATCH - 1, {}, true],
    ['nothing when there may be more', SMALL_BATCH, {}, false],
    ['nothing when an event has a callback', 1, { callbackUrl: 'https://example.com' }, false],
    ['nothing when an event is large', 1, { data: JSON.stringify('x'.repeat(10_000)) }, false],
  ])('reads %s', async (_, count, fields, isWhole) => {
    await publish(test, ...Array.from({ length: count }, () => newEvent(fields)));
    expect(await read()).toMatchObject({ isWhole, events: isWhole ? { length: count } : [] });
  });

  it('does not relay events whose destinations have changed since they were read', async () => {
    const lane = await addEndpoint(test);
    const leaseId = await openLease();
    const endpointOf = async () => (await test.store.listEndpoints({ tenantId: 'a' }, { limit: 1 }))[0]!;
    const changes = [
      () => addEndpoint(test),
      async () =>
        test.store.transaction(async (tx) =>
          tx.updateEndpoint(await endpointOf(), { url: 'https://example.com/b' }, {}),
        ),
      async () =>
        test.store.transaction(async (tx) =>
          tx.updateEndpoint(await endpointOf(), { updatedAt: 2 }, { state: 'paused' }),
        ),
    ];
    for (const change of changes) {
      await publish(test, newEvent({ subject: 'm1' }), newEvent({ tenantId: 'b', subject: 'm2' }));
      const few = await read();
      await change();
      expect(await relay(few, leaseId)).toMatchObject({ relayed: ['m2'], handedOver: [] });
      await relayTo(test, lane);
    }
  });

  it('does not relay events that another transaction holds, or that must follow such an event', async () => {
    await addEndpoint(test);
    const leaseId = await openLease();
    await publish(test, ...named('m1', 'm1', 'm2'));
    const few = await read();
    const [first] = few.events;
    await test.store.transaction(async (tx) => {
      expect((await tx.claimEvents(1)).events[0]!.sequence).toBe(first!.sequence);
      expect(await relay(few, leaseId)).toEqual({ relayed: ['m2'], handedOver: [2], hasWaiting: false });
    });
    expect(await relay(few, leaseId)).toEqual({ relayed: ['m1', 'm1'], handedOver: [0], hasWaiting: true });
  });

  it('hands over nothing under a lease that has expired, and no delivery that must follow an earlier delivery', async () => {
    await addEndpoint(test);
    const expired = await openLease();
    test.store.advanceClock(60_000);
    await publish(test, ...named('m1'));
    expect(await relay(await read(), expired)).toEqual({ relayed: ['m1'], handedOver: [], hasWaiting: true });
    expect(await test.store.checkForWork(skipping())).toMatchObject({ hasEvents: false, dueInMs: 0 });

    await publish(test, ...named('m1', 'm2'));
    const leaseId = await openLease();
    expect(await relay(await read(), leaseId)).toEqual({
      relayed: ['m1', 'm2'],
      handedOver: [1],
      hasWaiting: true,
    });
  });
});
