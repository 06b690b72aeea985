import { WebhookDeliveryRow } from '../../libs/webhooks/src/store/schema/delivery.entity.js';
import { WebhookEventRow } from '../../libs/webhooks/src/store/schema/event.entity.js';
import { Session } from '../../libs/webhooks/src/store/postgres/connection/session.js';
import { LARGE_BODY_BYTES, SMALL_BATCH } from '../../libs/webhooks/src/store/lane-rules.js';
import type { NewEvent } from '../../libs/webhooks/src/store/outbox-store.js';
import type { CommittedWork, LocalCommit } from '../../libs/webhooks/src/store/store.js';
import { encodeId } from '../../libs/webhooks/src/core/ids.js';
import { addEndpoint, newEvent, publish, relayTo, skipping, toDelivery, useStore } from './support.js';

describe('The outbox of a store', () => {
  const test = useStore();

  const claimed = (limit = 100) => test.store.transaction((tx) => tx.claimEvents(limit));
  const claimedSubjects = async (limit?: number) =>
    (await claimed(limit)).events.map(({ subject }) => subject);

  describe('insertEvents', () => {
    it('returns the ids in the given order, and commits or rolls back with its transaction', async () => {
      const [one, two] = [newEvent(), newEvent()];
      const ids = [one, two].map(({ uuid }) => encodeId('evt', uuid));
      const rolledBack = test.store.transaction(async (tx) => {
        await tx.insertEvents([newEvent()]);
        throw new Error('the host failed');
      });
      await expect(rolledBack).rejects.toThrow('the host failed');
      expect(await claimed()).toEqual({ events: [], isFull: false });

      expect(await publish(test, one, two)).toEqual(ids.map((id) => ({ id, duplicate: false })));
      const { events } = await claimed();
      expect(events.map(({ uuid }) => uuid)).toEqual([one.uuid, two.uuid]);
    });

    it('keeps every field, of one event and of many', async () => {
      const fields = {
        subject: 'm1',
        occurredAt: 1_700_000_000_000,
        source: '/v1/messages',
        callbackUrl: 'https://example.com/callback',
        test: true,
        endpointId: newEvent().uuid,
      };
      await publish(test, newEvent(fields));
      await publish(test, newEvent(fields), newEvent(fields));
      const found = {
        ...fields,
        tenantId: 'a',
        type: 'message.sent',
        data: { message: 1 },
        isDamaged: false,
      };
      expect((await claimed()).events).toMatchObject([found, found, found]);
    });

    it('stores the trace context of a call with each of its events', async () => {
      const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
      await test.store.transaction(async (tx) => {
        await tx.insertEvents([newEvent()], traceparent);
        await tx.insertEvents([newEvent(), newEvent()], traceparent);
        await tx.insertEvents([newEvent({ idempotencyKey: 'traced' })], traceparent);
        await tx.insertEvents([newEvent()]);
      });
      const { events } = await claimed();
      expect(events.map((event) => event.traceparent)).toEqual([...Array(4).fill(traceparent), null]);
    });

    it('writes one event for each idempotency key, and returns the id of that event for duplicates, even within one call', async () => {
      const first = newEvent({ idempotencyKey: 'k' });
      const id = encodeId('evt', first.uuid);
      expect(await publish(test, first)).toEqual([{ id, duplicate: false }]);
      const again = () => newEvent({ idempotencyKey: 'k' });
      expect(await publish(test, again(), newEvent(), again())).toMatchObject([
        { id, duplicate: true },
        { duplicate: false },
        { id, duplicate: true },
      ]);
      const [elsewhere] = await publish(test, { ...again(), tenantId: 'b' });
      expect(elsewhere).toMatchObject({ duplicate: false });
      expect((await claimed()).events).toHaveLength(3);
    });

    it('reports its events after the commit, and only then', async () => {
      const heard: CommittedWork[] = [];
      const detach = test.store.attach();
      test.store.onCommit((work) => heard.push(work));
      const rolledBack = test.store.transaction(async (tx) => {
        await tx.insertEvents([newEvent()]);
        throw new Error('the host failed');
      });
      await expect(rolledBack).rejects.toThrow('the host failed');
      await publish(test, newEvent());
      await new Promise((resolve) => setImmediate(resolve));
      detach();
      expect(heard).toMatchObject([{ events: true, eventTypes: ['message.sent'], lanes: false }]);
    });
  });

  it('reports the events of a commit as a claim would return them, or null if a worker must read them from the database', async () => {
    const commits: LocalCommit[] = [];
    const detach = test.store.attach();
    test.store.onCommit((work) => commits.push(work));
    const write = (...events: NewEvent[][]) =>
      test.store.transaction(async (tx) => {
        for (const each of events)
          await tx.insertEvents(each, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
      });
    await write([newEvent()], [newEvent({ subject: null, occurredAt: 5, source: '/s' })]);
    const { events } = await claimed();
    await write([newEvent(), newEvent()]);
    await write([newEvent({ idempotencyKey: 'k' })]);
    await write([newEvent({ callbackUrl: 'https://example.com' })]);
    await write([newEvent({ data: JSON.stringify('x'.repeat(LARGE_BODY_BYTES)) })]);
    await write(...Array.from({ length: SMALL_BATCH + 1 }, () => [newEvent()]));
    await new Promise((resolve) => setImmediate(resolve));
    detach();
    const [few, ...others] = commits.map(({ written }) => written);
    expect(
      few!.map(({ idempotencyKey: _, ...event }) => ({ ...event, data: JSON.parse(event.data) as unknown })),
    ).toEqual(events.map(({ followsEarlier: _, isLarge: __, isDamaged: ___, ...event }) => event));
    expect(others).toEqual([null, null, null, null, null]);
  });

  describe('claimEvents', () => {
    it('takes events up to the limit, and says whether there may be more', async () => {
      await publish(test, ...['m1', 'm2', 'm3'].map((subject) => newEvent({ subject })));
      expect(await claimed(4)).toMatchObject({ isFull: false });
      expect(await claimed(3)).toMatchObject({ isFull: true });
      expect(await claimedSubjects(2)).toEqual(['m1', 'm2']);
    });

    it('skips events that another transaction holds, and events that must follow such an event', async () => {
      await publish(test, ...['m1', 'm2', 'm1'].map((subject) => newEvent({ subject })));
      await test.store.transaction(async (tx) => {
        expect((await tx.claimEvents(1)).events).toMatchObject([{ subject: 'm1', followsEarlier: false }]);
        expect(await claimedSubjects()).toEqual(['m2']);
      });
      expect((await claimed()).events).toMatchObject([
        { subject: 'm1', followsEarlier: false },
        { subject: 'm2', followsEarlier: false },
        { subject: 'm1', followsEarlier: true },
      ]);
    });

    it('limits the bytes of a batch: prefers small events, but lets no event overtake an earlier event of its subject', async () => {
      const large = JSON.stringify('x'.repeat(300_000));
      const subjects = Array.from({ length: 10 }, (_, i) => `large ${i}`);
      await publish(
        test,
        ...subjects.map((subject) => newEvent({ subject, data: large })),
        newEvent({ subject: 'large 0' }),
        newEvent({ subject: 'large 9' }),
        newEvent({ subject: 'small' }),
      );
      const { events, isFull } = await claimed();
      expect(isFull).toBe(true);
      expect(events.map(({ subject }) => subject)).toEqual([...subjects.slice(0, 6), 'large 0', 'small']);
    });

    it('decides whether an event is large by the bytes of its data, not by the characters', async () => {
      const bytes = [8_192, 8_194];
      for (const each of bytes) {
        const data = JSON.stringify('é'.repeat((each - 2) / 2));
        await publish(test, newEvent({ data }));
      }
      expect((await claimed()).events.map(({ isLarge }) => isLarge)).toEqual([false, true]);
    });

    it('takes the oldest event whatever its size', async () => {
      await publish(test, newEvent({ data: JSON.stringify('x'.repeat(3_000_000)) }), newEvent());
      expect(await claimed()).toMatchObject({
        events: [{ isLarge: true }, { isLarge: false }],
        isFull: false,
      });
    });

    it('marks an event whose data is damaged', async () => {
      await publish(test, newEvent(), newEvent());
      const events = test.dataSource.getRepository(WebhookEventRow);
      const [first] = await events.find({ order: { sequence: 'ASC' } });
      await events.update({ sequence: first!.sequence }, { data: 'not JSON' });
      expect((await claimed()).events).toMatchObject([
        { isDamaged: true, data: undefined },
        { isDamaged: false, data: { message: 1 } },
      ]);
    });
  });

  describe('Destinations', () => {
    it('of tenants are the lanes of their active and paused endpoints', async () => {
      const active = await addEndpoint(test, { timeoutMs: 5_000 }, { maxInFlight: 3 });
      const paused = await addEndpoint(test, { state: 'paused' }, { state: 'paused' });
      await addEndpoint(test, { state: 'disabled' }, { state: 'closed' });
      await addEndpoint(test, { deletedAt: 1 }, { state: 'closed' });
      await addEndpoint(test, { tenantId: 'b' });
      const found = await test.store.transaction((tx) => tx.readDestinationsOfTenants(['a', 'nobody']));
      expect(found.toSorted((a, b) => Number(a.laneId) - Number(b.laneId))).toMatchObject([
        { laneId: active, laneState: 'open', timeoutMs: 5_000, hasLimits: true, events: '["*"]' },
        { laneId: paused, laneState: 'paused', timeoutMs: null, hasLimits: false, isHealthy: true },
      ]);
    });

    it('of lanes are found whatever their state; lanes that do not exist are left out', async () => {
      const created = { state: 'disabled', createdAt: 1_700_000_000_000 } as const;
      const closed = await addEndpoint(test, created, { state: 'closed', failingSince: 1 });
      const found = await test.store.readDestinationsOfLanes([closed, '999999999']);
      expect(found).toMatchObject([{ laneId: closed, laneState: 'closed', isHealthy: false, origin: null }]);
      expect(found[0]!.createdAt).toBe(1_700_000_000_000);
    });

    it('of callbacks are created once, and are not deleted before the transaction ends', async () => {
      const callbacks = ['https://a.example', 'https://b.example'].map((origin) => ({
        tenantId: 'a',
        origin,
      }));
      const made = await test.store.transaction(async (tx) => {
        const lanes = await tx.ensureCallbackLanes(callbacks);
        await test.store.deleteIdleLanes('0');
        return lanes;
      });
      expect(made).toMatchObject(callbacks.map((each) => ({ ...each, endpointId: null, url: null })));
      const again = await test.store.transaction((tx) => tx.ensureCallbackLanes(callbacks));
      expect(again.map(({ laneId }) => laneId)).toEqual(made.map(({ laneId }) => laneId));
    });
  });

  describe('insertDeliveries', () => {
    const openLease = async (ms = 60_000) => (await test.store.openLease('worker', ms)).id;

    it('hands over deliveries that may skip the lane, makes the lane due for the other deliveries, and marks the events as relayed', async () => {
      const lane = await addEndpoint(test);
      const leaseId = await openLease();
      await publish(test, newEvent(), newEvent());
      expect(await relayTo(test, lane, { leaseId, direct: true })).toEqual([0, 1]);
      expect(await test.store.checkForWork(skipping())).toMatchObject({ hasEvents: false, dueInMs: null });

      await publish(test, newEvent());
      expect(await relayTo(test, lane, { leaseId })).toEqual([]);
      expect(await test.store.checkForWork(skipping())).toMatchObject({ hasEvents: false, dueInMs: 0 });
    });

    it('keeps every character of bodies that do not fit into one statement', async () => {
      const lane = await addEndpoint(test);
      const leaseId = await openLease();
      await publish(test, newEvent(), newEvent());
      const bodies = ['"\\\n\u{1F4F1}한', 'other'].map((text) => text + 'é'.repeat(1_000_000));
      const handedOver = await test.store.transaction(async (tx) => {
        const [destination] = await tx.readDestinationsOfLanes([lane]);
        const { events } = await tx.claimEvents(2);
        const deliveries = events.flatMap((event, i) =>
          ['a', 'b', 'c', 'd'].map((wireType) => ({
            ...toDelivery(event, destination!),
            wireType,
            body: bodies[i]!,
            isDirect: wireType === 'b',
          })),
        );
        const sequences = events.map(({ sequence }) => sequence);
        return tx.insertDeliveries(deliveries, sequences, leaseId);
      });
      expect(handedOver.map(({ index }) => index)).toEqual([1, 5]);
      const rows = await test.dataSource.getRepository(WebhookDeliveryRow).find({ order: { id: 'ASC' } });
      expect(rows.map(({ wireType }) => wireType)).toEqual(['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd']);
      rows.forEach(({ body }, i) => expect(body === bodies[i >> 2]).toBe(true));
      expect(await test.store.checkForWork(skipping())).toMatchObject({ hasEvents: false, dueInMs: 0 });
    });

    it('binds at most 4 MB of bodies to one statement, each body once, and no body as an element of an array', async () => {
      const lane = await addEndpoint(test);
      await publish(test, ...Array.from({ length: 12 }, () => newEvent()));
      const length = 500_000;
      const prepared = jest.spyOn(Session.prototype, 'prepared');
      await test.store.transaction(async (tx) => {
        const [destination] = await tx.readDestinationsOfLanes([lane]);
        const { events } = await tx.claimEvents(12);
        const deliveries = events.flatMap((event, i) =>
          ['a', 'b'].map((wireType) => ({
            ...toDelivery(event, destination!),
            wireType,
            body: String(i).padEnd(length, 'x'),
          })),
        );
        await tx.insertDeliveries(
          deliveries,
          events.map(({ sequence }) => sequence),
          '0',
        );
      });
      const statements = prepared.mock.calls.flatMap(([sql, parameters]) =>
        sql.includes('insert into "webhook_deliveries"') ? [parameters] : [],
      );
      prepared.mockRestore();
      // Each statement has eight deliveries, which share four bodies.
      const bodies = statements.map((parameters) => JSON.stringify(parameters).length / length);
      expect(bodies.map(Math.floor)).toEqual([4, 4, 4]);
      const elements = statements.flatMap((parameters) => parameters.filter(Array.isArray)).flat();
      expect(elements.filter((element) => String(element).length >= length)).toEqual([]);
      expect(await test.dataSource.getRepository(WebhookDeliveryRow).count()).toBe(24);
    });

    it('writes nothing if its transaction rolls back', async () => {
      const lane = await addEndpoint(test);
      await publish(test, newEvent());
      const rolledBack = test.store.transaction(async (tx) => {
        const [destination] = await tx.readDestinationsOfLanes([lane]);
        const [event] = (await tx.claimEvents(1)).events;
        await tx.insertDeliveries([toDelivery(event!, destination!)], [event!.sequence], '0');
        throw new Error('the worker failed');
      });
      await expect(rolledBack).rejects.toThrow('the worker failed');
      expect(await test.store.checkForWork(skipping())).toMatchObject({ hasEvents: true, dueInMs: null });
    });

    it('hands over nothing under a lease that has expired or was deleted', async () => {
      const lane = await addEndpoint(test);
      const expired = await openLease();
      test.store.advanceClock(60_000);
      await publish(test, newEvent());
      expect(await relayTo(test, lane, { leaseId: expired, direct: true })).toEqual([]);

      const deleted = await openLease();
      await test.store.deleteLeases([deleted]);
      await publish(test, newEvent());
      expect(await relayTo(test, lane, { leaseId: deleted, direct: true })).toEqual([]);
    });

    it('does not hand over a delivery that must follow an earlier delivery of its subject', async () => {
      const lane = await addEndpoint(test);
      const leaseId = await openLease();
      await publish(test, newEvent({ subject: 'm1' }));
      expect(await relayTo(test, lane, { leaseId, direct: true })).toEqual([0]);
      await publish(test, newEvent({ subject: 'm1' }), newEvent({ subject: 'm2' }));
      expect(await relayTo(test, lane, { leaseId, direct: true })).toEqual([1]);
    });

    it('inserts a delivery as discarded if it has a reason', async () => {
      const lane = await addEndpoint(test);
      await publish(test, newEvent());
      await test.store.transaction(async (tx) => {
        const [destination] = await tx.readDestinationsOfLanes([lane]);
        const [event] = (await tx.claimEvents(1)).events;
        const refused = { ...toDelivery(event!, destination!), reason: 'url-refused' as const };
        expect(await tx.insertDeliveries([refused], [event!.sequence], '0')).toEqual([]);
      });
      expect(await test.store.checkForWork(skipping())).toMatchObject({ hasEvents: false, dueInMs: null });
    });
  });

  it('reads the data of events, and lists the events after a sequence number, of all types or of one type, oldest first', async () => {
    expect(await test.store.readLastSequence()).toBe('0');
    await publish(test, newEvent());
    const last = await test.store.readLastSequence();
    const [one, two] = [newEvent({ type: 'x.one', subject: 'm1' }), newEvent({ data: '[2]' })];
    await publish(test, one, two, newEvent({ type: 'x.one', tenantId: 'b' }));
    expect(await test.store.listEvents(last, 'x.one')).toMatchObject([
      { uuid: one.uuid, type: 'x.one', tenantId: 'a', subject: 'm1', data: '{"message":1}' },
      { tenantId: 'b' },
    ]);
    expect(await test.store.listEvents(last)).toHaveLength(3);
    expect(await test.store.listEvents('0')).toHaveLength(4);

    await test.dataSource.getRepository(WebhookEventRow).update({ id: one.uuid }, { data: 'not JSON' });
    const [, ...sequences] = (await claimed()).events.map(({ sequence }) => sequence);
    expect(await test.store.readEventData(sequences.slice(0, 2))).toEqual(
      new Map<string, unknown>([
        [sequences[0]!, undefined],
        [sequences[1]!, [2]],
      ]),
    );
    expect(await test.store.readEventData([])).toEqual(new Map());
  });
});
