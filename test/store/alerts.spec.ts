import type { MailRecipient } from '../../libs/webhooks/src/store/alert-store.js';
import { WebhookAlertRow } from '../../libs/webhooks/src/store/schema/alert.entity.js';
import { WebhookDeliveryRow } from '../../libs/webhooks/src/store/schema/delivery.entity.js';
import { WebhookEndpointRow } from '../../libs/webhooks/src/store/schema/endpoint.entity.js';
import { addEndpoint, useStore } from './support.js';

const LEASE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;
const OWNER: MailRecipient = { tenantId: 'a', recipient: 'owner@example.com' };

describe('The alerts of a store', () => {
  const test = useStore();
  const rows = () => test.dataSource.getRepository(WebhookAlertRow);
  let written = 0;

  /** Writes an alert, by default one that has been due since 1970. Returns its id. */
  async function write(alert: Partial<WebhookAlertRow> = {}): Promise<string> {
    const { id } = await rows().save({
      tenantId: 'a',
      kind: 'endpoint.recovered',
      dedupeKey: `test:${++written}`,
      data: { lane: '1' },
      createdAt: 1,
      nextAt: 1,
      ...alert,
    });
    return id;
  }

  const listDue = (limit = 10) => test.store.transaction((tx) => tx.listDueAlerts(limit));
  const dueIds = async () => (await listDue()).map(({ id }) => id);

  /** Inserts a delivery into a lane. By default, the delivery waits for its retry. */
  const fail = (laneId: string, delivery: Partial<WebhookDeliveryRow>) =>
    test.dataSource.getRepository(WebhookDeliveryRow).save({
      eventSequence: String(++written),
      laneId,
      wireType: 'message.sent',
      body: '{}',
      state: 'pending' as const,
      retry: true,
      nextAt: delivery.failedAt ? null : 1_000,
      createdAt: 1,
      ...delivery,
    });

  it('lockAlerts gives the lock to one transaction at a time', async () => {
    await test.store.transaction(async (tx) => {
      expect(await tx.lockAlerts()).toBe(true);
      expect(await test.store.transaction((other) => other.lockAlerts())).toBe(false);
    });
    expect(await test.store.transaction((tx) => tx.lockAlerts())).toBe(true);
  });

  describe('listDueAlerts', () => {
    it('returns due alerts up to the limit, longest due first, and leaves out alerts that are due later or have ended', async () => {
      const late = await write({ nextAt: 2 });
      const early = await write();
      await write({ nextAt: 4_000_000_000_000 });
      await write({ nextAt: null });
      expect(await dueIds()).toEqual([early, late]);
      expect((await listDue(1)).map(({ id }) => id)).toEqual([early]);
    });

    it('passes over alerts that another transaction has listed', async () => {
      await write();
      await test.store.transaction(async (tx) => {
        expect(await tx.listDueAlerts(10)).toHaveLength(1);
        expect(await listDue()).toEqual([]);
      });
    });

    it('returns as recipient the mail address of the endpoint, the recipient of a summary, or `null` if no mail is wanted', async () => {
      await addEndpoint(test, { alertEmail: 'endpoint@example.com', sendAlertEmail: false });
      const [endpoint] = await test.dataSource.getRepository(WebhookEndpointRow).find();
      await write({ endpointId: endpoint!.id });
      await write({ endpointId: endpoint!.id, kind: 'delivery.failed' });
      await write({ kind: 'alerts.summary', recipient: 'owner@example.com' });
      await write();
      expect((await listDue()).map(({ recipient, url }) => [recipient, url])).toEqual([
        ['endpoint@example.com', endpoint!.url],
        [null, endpoint!.url],
        ['owner@example.com', null],
        [null, null],
      ]);
    });

    it('returns `null` as data of a damaged row', async () => {
      const id = await write();
      const { tablePath } = rows().metadata;
      await test.dataSource.query(`update ${tablePath} set data = 'no JSON' where id = ${id}`);
      expect(await listDue()).toMatchObject([{ id, data: null, takenBy: [], attempts: 1 }]);
    });
  });

  it('leaseAlerts counts an attempt, and makes the alert due again when the lease ends', async () => {
    const id = await write();
    await test.store.transaction((tx) => tx.leaseAlerts([id], LEASE_MS));
    expect(await dueIds()).toEqual([]);
    test.store.advanceClock(LEASE_MS);
    expect(await listDue()).toMatchObject([{ id, attempts: 2 }]);
  });

  it('a lease that is rolled back leaves the alert due, with the same number of attempts', async () => {
    const id = await write();
    const failed = test.store.transaction(async (tx) => {
      await tx.leaseAlerts([id], LEASE_MS);
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    expect(await listDue()).toMatchObject([{ id, attempts: 1 }]);
  });

  describe('finishAlerts', () => {
    const lease = (...ids: string[]) => test.store.transaction((tx) => tx.leaseAlerts(ids, LEASE_MS));
    const first = { attempt: 1, takenBy: ['log'], error: null, nextTryInMs: null };

    it('ends an alert that all channels have taken', async () => {
      const id = await write();
      await lease(id);
      await test.store.finishAlerts([{ ...first, id }]);
      test.store.advanceClock(LEASE_MS);
      expect(await dueIds()).toEqual([]);
      expect(await rows().findOneByOrFail({ id })).toMatchObject({
        sentAt: expect.any(Number),
        takenBy: ['log'],
        error: null,
      });
    });

    it('if sending an alert failed, makes the alert due again after the pause, and stores the error and the channels that took the alert', async () => {
      const id = await write();
      await lease(id);
      await test.store.finishAlerts([{ ...first, id, error: 'x'.repeat(600), nextTryInMs: 5_000 }]);
      expect(await dueIds()).toEqual([]);
      test.store.advanceClock(5_000);
      expect(await listDue()).toMatchObject([{ id, takenBy: ['log'] }]);
      const { error, sentAt } = await rows().findOneByOrFail({ id });
      expect([error, sentAt]).toEqual(['x'.repeat(500), null]);
    });

    it('changes nothing about an alert that another sender has taken over, and finishes the other alerts', async () => {
      const [own, id] = [await write(), await write()];
      await lease(own, id);
      test.store.advanceClock(LEASE_MS);
      await lease(id);
      await test.store.finishAlerts([own, id].map((each) => ({ ...first, id: each })));
      expect(await rows().findOneByOrFail({ id })).toMatchObject({
        attempts: 2,
        sentAt: null,
        takenBy: null,
      });
      expect(await rows().findOneByOrFail({ id: own })).toMatchObject({ nextAt: null, takenBy: ['log'] });
    });

    it('removes NUL characters from the error that it stores', async () => {
      const id = await write();
      await lease(id);
      await test.store.finishAlerts([{ ...first, id, error: 'pager: a\0b', nextTryInMs: 5_000 }]);
      expect(await rows().findOneByOrFail({ id })).toMatchObject({ error: 'pager: ab' });
    });
  });

  describe('The mails of a day', () => {
    it('are counted by tenant and address, until the day ends', async () => {
      const ids = [await write(), await write()];
      const other = await write({ tenantId: 'b' });
      const marked = [...ids, other].map((id) => ({ id, recipient: OWNER.recipient }));
      await test.store.transaction((tx) => tx.markMailed(marked));
      const count = (...recipients: MailRecipient[]) =>
        test.store.transaction((tx) => tx.countMailsToday(recipients));
      expect(await count(OWNER, OWNER)).toEqual([{ ...OWNER, mails: 2 }]);
      expect(await count({ ...OWNER, recipient: 'nobody@example.com' })).toEqual([]);
      expect((await listDue()).map(({ isMailed }) => isMailed)).toEqual([true, true, true]);
      test.store.advanceClock(DAY_MS);
      expect(await count(OWNER)).toEqual([]);
    });

    it('lead to one summary for each address: the summary is due when the day is over, and counts the held alerts', async () => {
      const id = await write();
      const held = { ...OWNER, id };
      await test.store.transaction(async (tx) => {
        await tx.markHeld([held]);
        await tx.insertSummaries([held, held]);
        await tx.insertSummaries([held]);
      });
      expect(await listDue()).toMatchObject([{ id, isHeld: true }]);
      test.store.advanceClock(DAY_MS);
      const [, summary, ...more] = await listDue();
      expect(more).toEqual([]);
      expect(summary).toMatchObject({ kind: 'alerts.summary', ...OWNER });
      const { day } = summary!.data!;
      const days = [day! + DAY_MS, day!].map((each) => ({ ...OWNER, day: each }));
      expect(await test.store.countHeldAlerts(days)).toEqual([
        [],
        [{ kind: 'endpoint.recovered', count: 1 }],
      ]);
    });
  });

  it('countFailureCauses counts failed attempts or exhausted deliveries by cause, the most frequent first', async () => {
    const laneId = await addEndpoint(test);
    const otherLane = await addEndpoint(test);
    await fail(laneId, { status: 500, error: 'http', attemptAt: 100 });
    await fail(laneId, { status: 500, error: 'http', attemptAt: 101 });
    await fail(laneId, { status: null, error: 'timeout', attemptAt: 102, state: 'exhausted', failedAt: 102 });
    await fail(laneId, { status: 503, error: 'http', attemptAt: 99 });
    await fail(laneId, { status: 200, error: null, attemptAt: 100, state: 'delivered', nextAt: null });
    await fail(otherLane, { status: 404, error: 'http', attemptAt: 100 });
    const counts = await test.store.countFailureCauses([
      { laneId, which: 'exhausted', since: 103 },
      { laneId, which: 'attempted', since: 100 },
      { laneId, which: 'exhausted', since: 100 },
    ]);
    expect(counts).toEqual([
      [],
      [
        { status: 500, error: 'http', count: 2 },
        { status: null, error: 'timeout', count: 1 },
      ],
      [{ status: null, error: 'timeout', count: 1 }],
    ]);
  });

  it('insertDisabledAlert writes one alert for each time an endpoint was disabled', async () => {
    await addEndpoint(test, { state: 'disabled', stateReason: 'operator' });
    const endpoints = test.dataSource.getRepository(WebhookEndpointRow);
    const [{ id } = { id: '' }] = await endpoints.find();
    const insert = () => test.store.transaction((tx) => tx.insertDisabledAlert(id));
    await insert();
    await insert();
    expect(await listDue()).toMatchObject([
      { kind: 'endpoint.disabled', endpointId: id, data: { reason: 'operator', waiting: 0 } },
    ]);
    await endpoints.update({ id }, { stateAt: 5 });
    await insert();
    expect(await listDue()).toHaveLength(2);
  });
});
