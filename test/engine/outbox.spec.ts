import { DataSource } from 'typeorm';
import { TransactionRequiredError } from '../../libs/webhooks/src/core/errors.js';
import { delivered, useEngine } from './support/engine.js';

// What publish promises about the host's transaction. Its input is in publish-input.spec.ts, keys in idempotency.spec.ts.
describe('The outbox', () => {
  const engine = useEngine();

  const events = () => engine().count('$events');

  it('sends what was committed, as published', async () => {
    await engine().endpoint('acme', '/hooks');
    const [published] = await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    const [arrival] = engine().receiver.at('/hooks');
    expect(arrival!.headers['webhook-id']).toBe(published!.id);
    expect(JSON.parse(arrival!.body)).toMatchObject({
      type: 'message.delivered',
      data: { message: { id: 'm1' } },
    });
  });

  it('sends nothing of a transaction that rolls back', async () => {
    await engine().endpoint('acme', '/hooks');
    const rollback = engine().transaction(async (tx) => {
      await engine().webhooks.publish(tx, delivered('acme', 'm1'));
      throw new Error('the host changed its mind');
    });
    await expect(rollback).rejects.toThrow('the host changed its mind');
    await expect(engine().runOnce()).resolves.toMatchObject({ relayed: 0, claimed: 0 });
    expect(engine().receiver.arrivals).toEqual([]);
    expect(await events()).toBe(0);
  });

  it('sends nothing of a savepoint that rolls back, and the rest of its transaction', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().transaction(async (tx) => {
      await engine().webhooks.publish(tx, delivered('acme', 'before'));
      const savepoint = tx.transaction(async (inner) => {
        await engine().webhooks.publish(inner, delivered('acme', 'undone'));
        throw new Error('inner');
      });
      await expect(savepoint).rejects.toThrow('inner');
      await engine().webhooks.publish(tx, delivered('acme', 'after'));
    });
    await engine().runOnce();
    const subjects = engine().receiver.arrivals.map(({ body }) => JSON.parse(body).data.message.id);
    expect(subjects.toSorted()).toEqual(['after', 'before']);
  });

  it('sends nothing early: a released savepoint is not a commit', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().transaction(async (tx) => {
      await tx.transaction((inner) => engine().webhooks.publish(inner, delivered('acme', 'm1')));
      await expect(engine().runOnce()).resolves.toMatchObject({ relayed: 0 });
      expect(engine().receiver.arrivals).toEqual([]);
    });
    await expect(engine().runOnce()).resolves.toMatchObject({ relayed: 1, delivered: 1 });
  });

  it('relays an event that commits after a later one', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().transaction(async (tx) => {
      await engine().webhooks.publish(tx, delivered('acme', 'early'));
      await engine().publish(delivered('acme', 'late'));
      await expect(engine().runOnce()).resolves.toMatchObject({ relayed: 1, delivered: 1 });
    });
    await expect(engine().runOnce()).resolves.toMatchObject({ relayed: 1, delivered: 1 });
  });

  it('sends the data as it was when it was published', async () => {
    await engine().endpoint('acme', '/hooks');
    const event = delivered('acme', 'm1');
    await engine().transaction(async (tx) => {
      await engine().webhooks.publish(tx, event);
      (event.data as { message: { id: string } }).message.id = 'changed';
    });
    await engine().runOnce();
    expect(engine().receiver.arrivals[0]!.body).toContain('"id":"m1"');
  });

  it.each([1, 2, 10_000])('writes %i events with one statement', async (count) => {
    const batch = Array.from({ length: count }, (_, i) => delivered('acme', `m${i}`));
    await engine().transaction(async (tx) => {
      const statements = await engine().first.statements.during(async () => {
        const published = await engine().webhooks.publish(tx, batch);
        expect(new Set(published.map(({ id }) => id)).size).toBe(count);
      });
      expect(statements).toHaveLength(1);
    });
    const numbered = await engine().query<{ subject: string }>(
      'select subject from $events order by sequence',
    );
    expect(numbered.map(({ subject }) => subject)).toEqual(batch.map(({ subject }) => subject));
  });

  it('writes nothing for no events', async () => {
    await engine().transaction(async (tx) => {
      const statements = await engine().first.statements.during(async () => {
        await expect(engine().webhooks.publish(tx, [])).resolves.toEqual([]);
      });
      expect(statements).toEqual([]);
    });
  });

  it('gives back one answer for one event and a list for a list', async () => {
    await engine().transaction(async (tx) => {
      const one = await engine().webhooks.publish(tx, delivered('acme', 'm1'));
      expect(one).toEqual({ id: expect.stringMatching(/^evt_[0-9a-hjkmnp-tv-z]{26}$/i), duplicate: false });
      const list = await engine().webhooks.publish(tx, [delivered('acme', 'm2')]);
      expect(list).toEqual([{ id: expect.stringMatching(/^evt_/), duplicate: false }]);
    });
  });

  it('works in the transaction of a query runner', async () => {
    const runner = engine().first.dataSource.createQueryRunner();
    await runner.startTransaction();
    await engine().webhooks.publish(runner.manager, delivered('acme', 'm1'));
    expect(await events()).toBe(0);
    await runner.commitTransaction();
    expect(await events()).toBe(1);
    await runner.release();
  });

  describe('refuses, with a named error and before it writes, an EntityManager', () => {
    afterEach(async () => expect(await events()).toBe(0));

    const refused = (tx: unknown) =>
      expect(engine().webhooks.publish(tx as never, delivered('acme', 'm1'))).rejects;

    it('of the data source, which has no transaction', async () => {
      await refused(engine().first.dataSource.manager).toThrow(TransactionRequiredError);
      await refused(engine().first.dataSource.manager).toThrow(
        'Pass the one that dataSource.transaction() hands to its callback',
      );
    });

    it('whose BEGIN was written by hand, which TypeORM does not see', async () => {
      const runner = engine().first.dataSource.createQueryRunner();
      await runner.query('BEGIN');
      await refused(runner.manager).toThrow(/queryRunner\.startTransaction\(\); a BEGIN written by hand/);
      await runner.query('ROLLBACK');
      await runner.release();
    });

    it('whose transaction is over', async () => {
      const runner = engine().first.dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.commitTransaction();
      await refused(runner.manager).toThrow(TransactionRequiredError);
      await runner.release();
    });

    it('of another data source', async () => {
      const other = new DataSource({ ...engine().first.dataSource.options, name: 'other' } as never);
      await other.initialize();
      await other.transaction(async (tx) => {
        await refused(tx).toThrow(TransactionRequiredError);
        await refused(tx).toThrow('belongs to another data source');
      });
      await other.destroy();
    });

    it.each([undefined, null, {}, 'tx'])('that is %p', async (tx) => {
      await refused(tx).toThrow(TransactionRequiredError);
    });
  });
});
