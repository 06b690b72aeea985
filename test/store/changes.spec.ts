import type { CapturedColumn, ClaimedChange } from '../../libs/webhooks/src/store/change-store.js';
import { captureMigration } from '../../libs/webhooks/src/store/schema/capture/capture-migration.js';
import { skipping, useStore } from './support.js';
import { CaptureParcels1764900000000, CreateParcels1763700000000, Depot, Parcel } from './parcel.js';

const status: CapturedColumn = { entity: Parcel, column: 'status', insert: false, delete: false };

describe('Captured changes', () => {
  const test = useStore({
    entities: [Depot, Parcel],
    migrations: [CreateParcels1763700000000, CaptureParcels1764900000000],
  });
  const parcels = () => test.dataSource.getRepository(Parcel);
  const add = (...ids: number[]) =>
    parcels().insert(
      ids.map((id) => ({ id: `${id}`, status: 'new', price: { currency: 'EUR', cents: '5' } })),
    );
  const change = (id: number, to: string) => parcels().update({ id: `${id}` }, { status: to });
  const claim = (limit = 10) => test.store.transaction((tx) => tx.claimChanges(status, limit));
  const keysOf = (changes: ClaimedChange[]) => changes.map(({ rowKey }) => rowKey);
  const postpone = (error: string | null, dueAt: number) =>
    test.store.transaction(async (tx) => {
      const changes = await tx.claimChanges(status, 10);
      await tx.postponeChanges(
        status,
        changes.map((claimed) => ({ change: claimed, dueAt, error })),
      );
    });
  const remove = () =>
    test.store.transaction(async (tx) => tx.deleteChanges(status, await tx.claimChanges(status, 10)));
  /** Replaces the triggers on the table while `then` runs. */
  const replaced = async (
    options: { column: string; insert?: boolean; delete?: boolean },
    then: () => Promise<void>,
  ) => {
    const runner = test.dataSource.createQueryRunner();
    const own = new CaptureParcels1764900000000();
    const other = new (captureMigration(Parcel, options))();
    await own.down(runner);
    await other.up(runner);
    try {
      await then();
    } finally {
      await other.down(runner);
      await own.up(runner);
      await runner.release();
    }
  };

  describe('checkCapture', () => {
    it('returns the name of a capture whose triggers exist', async () => {
      expect(await test.store.checkCapture(status)).toBe('parcel.state');
    });

    it('names the migration to add if a trigger is missing, disabled or superfluous', async () => {
      const refused = (pattern: RegExp) => ({
        name: 'WebhooksSetupError',
        message: expect.stringMatching(pattern),
      });
      const line =
        /class CaptureParcelStatus\d{13} extends captureMigration\(Parcel, \{ column: 'status', insert: true \}\)/;
      const both = { ...status, insert: true };
      await expect(test.store.checkCapture(both)).rejects.toMatchObject(
        refused(/no trigger webhook_changes_state_rows/),
      );
      await expect(test.store.checkCapture(both)).rejects.toMatchObject(refused(line));
      await test.dataSource.query('alter table parcel disable trigger webhook_changes_state_update');
      await expect(test.store.checkCapture(status)).rejects.toMatchObject(refused(/disabled/));
      await test.dataSource.query('alter table parcel enable trigger webhook_changes_state_update');
      await replaced({ column: 'status', delete: true }, async () => {
        await expect(test.store.checkCapture(status)).rejects.toMatchObject(refused(/does not ask for/));
        await expect(test.store.checkCapture(both)).rejects.toMatchObject(refused(/for another capture/));
        expect(await test.store.checkCapture({ ...status, delete: true })).toBe('parcel.state');
      });
    });

    it('refuses an entity or a column that does not exist, and names the existing columns', async () => {
      await expect(test.store.checkCapture({ ...status, column: 'state' })).rejects.toThrow(
        /capture\(Parcel\): it has no column "state". Its columns are id, status, .*price\.cents/,
      );
      await expect(test.store.checkCapture({ ...status, column: 'loud' })).rejects.toThrow(/computed/);
      class Letter {}
      await expect(test.store.checkCapture({ ...status, entity: Letter })).rejects.toThrow(
        /capture\(Letter\): the data source does not have this entity/,
      );
    });
  });

  it('are due only for workers that map them', async () => {
    await add(1);
    await change(1, 'sent');
    expect(await test.store.checkForWork(skipping())).toMatchObject({ hasChanges: false });
    expect(await test.store.checkForWork(skipping(), ['other'])).toMatchObject({ hasChanges: false });
    expect(await test.store.checkForWork(skipping(), ['other', 'parcel.state'])).toMatchObject({
      hasChanges: true,
    });
  });

  it('are claimed in the order in which they were made, and other workers skip claimed changes', async () => {
    await add(1, 2, 3);
    for (const id of [2, 1, 3]) await change(id, 'sent');
    await test.store.transaction(async (tx) => {
      const changes = await tx.claimChanges(status, 2);
      expect(keysOf(changes)).toEqual(['[2]', '[1]']);
      expect(changes.every(({ isHeld, dueAt, attempts }) => !isHeld && dueAt === 0 && attempts === 0)).toBe(
        true,
      );
      expect(keysOf(await claim())).toEqual(['[3]']);
    });
  });

  it('are held if another worker has locked an earlier change of their row', async () => {
    await add(1, 2);
    await change(1, 'sent');
    await test.store.transaction(async (tx) => {
      await tx.claimChanges(status, 1);
      await change(2, 'sent');
      await change(1, 'delivered');
      expect(await claim()).toMatchObject([
        { rowKey: '[2]', isHeld: false },
        { rowKey: '[1]', isHeld: true, heldUntil: null },
      ]);
    });
  });

  it('are held by a postponed earlier change of their row, and released when that change is deleted', async () => {
    await add(1, 2);
    await change(1, 'sent');
    await claim();
    const later = test.store.now() + 60_000;
    await postpone('Error: no contact', later);
    await change(1, 'delivered');
    await change(2, 'sent');
    const [held, free] = await claim();
    expect(held).toMatchObject({ rowKey: '[1]', isHeld: true, heldUntil: later });
    expect(free).toMatchObject({ rowKey: '[2]', isHeld: false });
    await test.store.transaction(async (tx) => {
      await tx.deleteChanges(status, [free!]);
      await tx.postponeChanges(status, [{ change: held!, dueAt: later + 60_000, error: null }]);
    });
    expect(await claim()).toEqual([]);
    test.store.advanceClock(60_000);
    expect(await claim()).toMatchObject([{ attempts: 1, dueAt: later }]);
    await remove();
    expect(await claim()).toMatchObject([{ attempts: 0, dueAt: 0, rowKey: '[1]' }]);
    await remove();
    expect(await claim()).toEqual([]);
  });

  it('are claimed while they are new, even if many retries are due', async () => {
    await add(1, 2, 3);
    for (const id of [1, 2]) await change(id, 'sent');
    await claim();
    await postpone('Error', test.store.now());
    await change(3, 'sent');
    expect(keysOf(await claim(1))).toEqual(['[1]', '[3]']);
  });

  it('contain the rows as TypeORM reads them', async () => {
    await test.dataSource.getRepository(Depot).insert({ id: 7 });
    await parcels().insert({
      id: '9007199254740993',
      status: 'new',
      weight: '1.50',
      sentAt: new Date('2026-01-02T03:04:05.678Z'),
      day: '2026-01-02',
      seal: Buffer.from([0, 255]),
      notes: { a: [1, null] },
      tags: ['x,y', '"z"'],
      stops: ['a', 'b'],
      way: 'air',
      volume: 0.1,
      fragile: true,
      pin: '1234',
      phone: '+4915',
      price: { currency: 'EUR', cents: '9007199254740993' },
      depot: { id: 7 },
    });
    const columns = test.dataSource.getMetadata(Parcel).columns.map(({ propertyPath }) => propertyPath);
    const read = () =>
      test.dataSource
        .getRepository(Parcel)
        .createQueryBuilder('p')
        .addSelect('p.pin')
        .leftJoinAndSelect('p.depot', 'd')
        .getOneOrFail();
    const before = await read();
    await test.dataSource.query(
      `update parcel set state = 'sent', weight = null, "depotId" = null, phone = null`,
    );
    const after = await read();
    const rows = await test.store.transaction(async (tx) =>
      tx.readChangedRows(status, await tx.claimChanges(status, 1)),
    );
    const [row] = [...rows.values()];
    expect(columns).toContain('price.cents');
    for (const [given, wanted] of [
      [row!.before, before],
      [row!.after, after],
    ]) {
      const { loud, ...stored } = wanted as Parcel;
      expect(loud).toMatch(/!$/);
      expect(given).toBeInstanceOf(Parcel);
      expect(given).toEqual(stored);
    }
    expect(row!.before).toMatchObject({
      id: '9007199254740993',
      pin: '1234',
      phone: '+4915',
      depot: { id: 7 },
    });
    expect(row!.before!.price.cents).toBe('9007199254740993');
  });

  it('contain no row before an insert, and no row after a delete', async () => {
    const all = { ...status, insert: true, delete: true };
    await replaced({ column: 'status', insert: true, delete: true }, async () => {
      await add(1);
      await parcels().delete({ id: '1' });
      const rows = await test.store.transaction(async (tx) =>
        tx.readChangedRows(all, await tx.claimChanges(all, 10)),
      );
      expect([...rows.values()]).toMatchObject([
        { before: null, after: { id: '1' } },
        { before: { id: '1' }, after: null },
      ]);
    });
  });

  it('are reported if their row no longer fits the table, and can still be postponed', async () => {
    await add(1);
    await change(1, 'sent');
    await test.dataSource.query(
      `update webhook_changes set row_after = jsonb_set(row_after, '{id}', '"one"') where capture = 'parcel.state'`,
    );
    await expect(
      test.store.transaction(async (tx) => tx.readChangedRows(status, await tx.claimChanges(status, 1))),
    ).rejects.toMatchObject({ name: 'UnreadableRowsError', message: expect.stringContaining('"parcel"') });
    await postpone('UnreadableRowsError', 1);
    expect(await claim()).toMatchObject([{ attempts: 1 }]);
  });

  it('readCaptureHealth counts what fails, and tells how long an untried change has waited', async () => {
    expect(await test.store.readCaptureHealth()).toEqual([]);
    await add(1, 2);
    await change(1, 'sent');
    await claim();
    await postpone('Error: no contact', test.store.now());
    await change(2, 'sent');
    test.store.advanceClock(90_000);
    const [health, ...others] = await test.store.readCaptureHealth();
    expect(others).toEqual([]);
    expect(health).toMatchObject({
      capture: 'parcel.state',
      failing: 1,
      failingKey: '[1]',
      failingAttempts: 1,
      failingError: 'Error: no contact',
    });
    expect(health!.untriedMs).toBeGreaterThanOrEqual(90_000);
  });
});
