import { delivered, useEngine } from './support/engine.js';

describe('An idempotency key', () => {
  const engine = useEngine();

  const keyed = (key: string, subject = 'm1', tenantId = 'acme') =>
    delivered(tenantId, subject, { idempotencyKey: key });

  it('publishes one event, however often it is used; a duplicate is answered with the id of the first', async () => {
    await engine().endpoint('acme', '/hooks');
    const [first] = await engine().publish(keyed('report-1'));
    const [again] = await engine().publish(keyed('report-1', 'another'));
    expect(first!.duplicate).toBe(false);
    expect(again).toEqual({ id: first!.id, duplicate: true });
    await engine().runOnce();
    expect(engine().receiver.arrivals).toHaveLength(1);
  });

  it('is known within one call, among events without one, in the order given', async () => {
    const answers = await engine().publish(
      keyed('b', 'm1'),
      delivered('acme', 'm2'),
      keyed('a', 'm3'),
      keyed('b', 'm4'),
      delivered('acme', 'm5'),
    );
    expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, false, false, true, false]);
    expect(answers[3]!.id).toBe(answers[0]!.id);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(4);
    const rows = await engine().query<{ subject: string }>('select subject from $events order by sequence');
    expect(rows.map(({ subject }) => subject)).toEqual(['m1', 'm2', 'm3', 'm5']);
  });

  it('is of one tenant', async () => {
    const answers = await engine().publish(keyed('k', 'm1', 'acme'), keyed('k', 'm1', 'umbrella'));
    expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, false]);
  });

  it('is free again where its transaction rolled back', async () => {
    const rollback = engine().transaction(async (tx) => {
      await engine().webhooks.publish(tx, keyed('k'));
      throw new Error('no');
    });
    await expect(rollback).rejects.toThrow('no');
    const [answer] = await engine().publish(keyed('k'));
    expect(answer!.duplicate).toBe(false);
  });

  it('costs one statement for many events', async () => {
    const batch = Array.from({ length: 1000 }, (_, i) => keyed(`k${i}`));
    await engine().transaction(async (tx) => {
      const statements = await engine().first.statements.during(() => engine().webhooks.publish(tx, batch));
      expect(statements).toHaveLength(1);
    });
  });

  it('waits for the transaction that used it first, and then knows its event', async () => {
    const { dataSource } = engine().first;
    const first = dataSource.createQueryRunner();
    await first.startTransaction();
    const one = await engine().webhooks.publish(first.manager, keyed('k'));
    const second = dataSource.createQueryRunner();
    await second.startTransaction();
    const waiting = engine().webhooks.publish(second.manager, keyed('k'));
    await first.commitTransaction();
    await expect(waiting).resolves.toEqual({ id: one.id, duplicate: true });
    // The host's own work goes on in the same transaction.
    await engine().webhooks.publish(second.manager, delivered('acme', 'm2'));
    await second.commitTransaction();
    await Promise.all([first.release(), second.release()]);
    expect(await engine().count('$events')).toBe(2);
  });

  it('publishes instead of the transaction that used it first and rolled back', async () => {
    const { dataSource } = engine().first;
    const first = dataSource.createQueryRunner();
    await first.startTransaction();
    await engine().webhooks.publish(first.manager, keyed('k'));
    const waiting = engine().publish(keyed('k'));
    await first.rollbackTransaction();
    await first.release();
    await expect(waiting).resolves.toMatchObject([{ duplicate: false }]);
  });

  it('never deadlocks nor raises a violation, whatever the order of keys in parallel transactions', async () => {
    const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
    const calls = Array.from({ length: 8 }, (_, i) =>
      engine().publish(...(i % 2 ? keys : keys.toReversed()).map((key) => keyed(key, key))),
    );
    const answers = (await Promise.all(calls)).map((list, i) => (i % 2 ? list : list.toReversed()));
    expect(answers.flat().filter(({ duplicate }) => !duplicate)).toHaveLength(40);
    for (const list of answers) expect(list.map(({ id }) => id)).toEqual(answers[0]!.map(({ id }) => id));
    expect(await engine().count('$events')).toBe(40);
  });
});
