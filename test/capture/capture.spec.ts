import { Client } from 'pg';
import { encodeId } from '../../libs/webhooks/src/core/ids.js';
import { type Engine, useEngine } from '../engine/support/engine.js';
import { backend, captureStatus, statusEvent } from './backend.js';
import { Campaign, Message, type Status } from './message.js';

type MapMessage = NonNullable<Parameters<typeof captureStatus>[0]>;

/** What the map of the current test does. */
let map: MapMessage = statusEvent;
beforeEach(() => {
  map = statusEvent;
});

const started = useEngine(backend(captureStatus((...args) => map(...args))));
const engine = (): Engine => started();
const messages = () => engine().first.dataSource.getRepository(Message);
const sql = (text: string, parameters?: unknown[]) => engine().first.dataSource.query(text, parameters);
const add = (...ids: string[]) => messages().insert(ids.map((id) => ({ id, accountId: 1 })));
const set = (id: string, status: Status) => messages().update({ id }, { status });
/** Subjects and types that have arrived, in order. */
const arrived = (): string[] =>
  engine().receiver.arrivals.map(({ body }) => {
    const { type, data } = JSON.parse(body) as { type: string; data: { message: { id: string } } };
    return `${data.message.id} ${type.replace('message.', '')}`;
  });
const deliver = async (): Promise<string[]> => {
  engine().receiver.arrivals.length = 0;
  await engine().runOnce();
  return arrived();
};
/**
 * Expects at least one error in the log, and expects every error to match. There may be several errors: on a slow machine,
 * a row may be tried again before the other rows are delivered.
 */
function expectErrors(pattern: RegExp): void {
  const errors = engine().log.errors.splice(0);
  expect(errors).not.toEqual([]);
  expect(errors.filter((line) => !pattern.test(line))).toEqual([]);
}

beforeEach(() => engine().endpoint('1', '/hooks'));
afterEach(() => sql('truncate message, campaign'));

describe('A captured column', () => {
  it('is published whichever program changes it', async () => {
    const ids = ['save', 'update', 'builder', 'upsert', 'cascade', 'raw', 'program', 'trigger', 'copy'];
    await add(...ids);
    const { dataSource } = engine().first;

    const saved = await messages().findOneByOrFail({ id: 'save' });
    await messages().save({ ...saved, status: 'sent' });
    await messages().update({ id: 'update' }, { status: 'sent' });
    const byBuilder = { status: 'sent' as const };
    await messages()
      .createQueryBuilder()
      .update()
      .set(byBuilder)
      .where({ id: 'builder' })
      .callListeners(false)
      .execute();
    await messages().upsert([{ id: 'upsert', accountId: 1, status: 'sent' }], ['id']);
    const cascaded = await messages().findOneByOrFail({ id: 'cascade' });
    cascaded.status = 'sent';
    await dataSource.getRepository(Campaign).save({ id: 1, messages: [cascaded] });
    await sql(`update message set status = 'sent' where id = 'raw'`);

    // Another program, without rights to the module's table and with a search path of its own.
    const role = `program_${process.pid}`;
    await sql(`create role ${role}`);
    await sql(`grant update, select on message to ${role}`);
    const client = new Client({ connectionString: (dataSource.options as { url: string }).url });
    await client.connect();
    await client.query(`set role ${role}; set search_path = pg_temp, pg_catalog`);
    await client.query(`update public.message set status = 'sent' where id = 'program'`);
    await client.end();
    await sql(`revoke all on message from ${role}`);
    await sql(`drop role ${role}`);

    // A trigger of the host: the statement does not name the column.
    await sql(`create function host_sent() returns trigger language plpgsql as
      $$ begin new.status := 'sent'; return new; end $$`);
    await sql(
      `create trigger host_sent before update of note on message for each row execute function host_sent()`,
    );
    await messages().update({ id: 'trigger' }, { note: 'x' });
    await sql('drop function host_sent() cascade');

    const others = ids.slice(0, -1).map((id) => `${id} sent`);
    expect((await deliver()).toSorted()).toEqual(others.toSorted());
  });

  it('is published for each row of a bulk update, and the changes of one row are published in order', async () => {
    const ids = Array.from({ length: 210 }, (_, i) => `m${i}`);
    await add(...ids);
    for (const status of ['sent', 'delivered'] as const)
      await messages().update({ accountId: 1 }, { status });
    await engine().runAll();
    const all = arrived();
    expect(all).toHaveLength(420);
    for (const id of ids) expect(all.indexOf(`${id} sent`)).toBeLessThan(all.indexOf(`${id} delivered`));
    expect(await engine().count('$changes')).toBe(0);
  });

  it('is not published if its value stays, if another column changes, or if the transaction rolls back', async () => {
    await add('a', 'b');
    await messages().update({ id: 'a' }, { status: 'queued', note: 'x' });
    const failed = engine().transaction(async (tx) => {
      await tx.update(Message, { id: 'b' }, { status: 'sent' });
      throw new Error('host');
    });
    await expect(failed).rejects.toThrow('host');
    expect(await engine().count('$changes')).toBe(0);
    expect(await deliver()).toEqual([]);
  });

  it('is not published if map returns null, and the change is deleted', async () => {
    await add('a');
    map = () => null;
    await set('a', 'sent');
    expect(await deliver()).toEqual([]);
    expect(await engine().count('$changes')).toBe(0);
  });

  it('is mapped with the tenant and with the row before and after the change, and its event has the time of the change', async () => {
    await add('a');
    const seen: unknown[] = [];
    map = (row, previous, context) => {
      seen.push(row instanceof Message, previous, context.tenantId);
      return statusEvent(row, previous, context);
    };
    await set('a', 'sent');
    const [change] = await engine().query<{ created_at: string }>('select created_at from $changes');
    engine().advance(60_000);
    expect(await deliver()).toEqual(['a sent']);
    expect(seen).toEqual([true, { id: 'a', accountId: 1, status: 'queued', note: '', campaign: null }, '1']);
    const { timestamp } = JSON.parse(engine().receiver.arrivals[0]!.body) as { timestamp: string };
    expect(Date.parse(timestamp)).toBe(Number(change!.created_at));
  });

  it('can be mapped with the help of other tables of the host', async () => {
    await add('a');
    map = async (row, previous, context) => {
      const count = await context.manager.countBy(Message, { accountId: row.accountId });
      return { ...statusEvent(row, previous, context), source: `${count}` } as never;
    };
    await set('a', 'sent');
    expect(await deliver()).toEqual(['a sent']);
    expect(await engine().query('select source from $events')).toEqual([{ source: '1' }]);
  });
});

describe('A map that fails', () => {
  const failFor = (...ids: string[]): void => {
    map = (row, previous, context) => {
      if (ids.includes(row.id)) throw new Error(`no contact of ${row.id}`);
      return statusEvent(row, previous, context);
    };
  };

  /** Damages what is stored of a row, so that no entity can be made of the row. */
  const makeUnreadable = (id: string) =>
    engine().query(
      `update $changes set row_after = jsonb_set(row_after, '{accountId}', '"x"') where row_after ->> 'id' = $1`,
      [id],
    );

  it('keeps its change and later changes of the row, and delays nothing else', async () => {
    await add('bad', 'good');
    failFor('bad');
    await set('bad', 'sent');
    await set('good', 'sent');
    await set('bad', 'delivered');
    expect(await deliver()).toEqual(['good sent']);
    await set('bad', 'failed');
    await set('good', 'delivered');
    expect(await deliver()).toEqual(['good delivered']);
    expect(await engine().count('$changes')).toBe(3);

    map = statusEvent;
    engine().advance(10_000);
    expect(await deliver()).toEqual(['bad sent', 'bad delivered', 'bad failed']);
    expect(await engine().count('$changes')).toBe(0);
    engine().log.errors.length = 0;
  });

  it('is tried again with growing pauses; the key of the row is in the log and in health()', async () => {
    await add('bad');
    failFor('bad');
    await set('bad', 'sent');
    for (let i = 0; i < 12; i++) {
      await engine().runOnce();
      engine().advance(600_000);
    }
    const { errors } = engine().log;
    const pauses = errors.map((line) => Number(/again in (\d+) s/.exec(line)![1]));
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
    expect(errors[1]).toBe(
      'Mapping a change of message.status failed (row bad, attempt 2, again in 2 s): Error: no contact of bad',
    );
    errors.length = 0;
    expect(await engine().webhooks.health()).toEqual([
      {
        kind: 'capture-failing',
        message: expect.stringContaining('The row bad has failed 12 times: Error: no contact of bad'),
        data: { capture: 'message.status', failing: 1, row: 'bad' },
      },
    ]);
  });

  it('can succeed later; then its event has the id that was stored with the change', async () => {
    await add('a');
    failFor('a');
    await set('a', 'sent');
    await engine().runOnce();
    const [change] = await engine().query<{ event_id: string }>('select event_id from $changes');
    map = statusEvent;
    engine().advance(10_000);
    await engine().runOnce();
    const [event] = await engine().query<{ id: string }>('select id from $events');
    expect(event!.id.slice(15)).toBe(change!.event_id.slice(15));
    expect(engine().receiver.arrivals[0]!.headers['webhook-id']).toBe(encodeId('evt', event!.id));
    engine().log.errors.length = 0;
  });

  it('a map that does not return an event counts as failed; the other changes of its batch are published', async () => {
    await add('bad', 'good');
    map = (row, previous, context) =>
      row.id === 'bad' ? ({ type: 'Not A Type', data: {} } as never) : statusEvent(row, previous, context);
    await messages().update({ accountId: 1 }, { status: 'sent' });
    expect(await deliver()).toEqual(['good sent']);
    expectErrors(/row bad.*InvalidEventError.*type must be/);
  });

  it('a row that no longer fits its table is reported like a map that fails', async () => {
    await add('a', 'bad', 'z');
    await messages().update({ accountId: 1 }, { status: 'sent' });
    await makeUnreadable('bad');
    expect((await deliver()).toSorted()).toEqual(['a sent', 'z sent']);
    expectErrors(/row bad.*does not fit "message"/);
  });

  it('when a row that no longer fits its table is tried again, changes of other rows are not delayed', async () => {
    await add('bad', 'good');
    await set('bad', 'sent');
    await makeUnreadable('bad');
    expect(await deliver()).toEqual([]);
    await set('good', 'sent');
    engine().advance(10_000);
    expect(await deliver()).toEqual(['good sent']);
    expectErrors(/row bad.*does not fit "message"/);
  });
});

describe('Several workers', () => {
  const many = useEngine({
    ...backend(captureStatus((row, previous, context) => statusEvent(row, previous, context))),
    workers: 3,
  });

  it('publish each change once, and publish the changes of a row in order', async () => {
    const { dataSource } = many().first;
    await many().endpoint('1', '/hooks');
    const ids = Array.from({ length: 40 }, (_, i) => `m${i}`);
    await dataSource.getRepository(Message).insert(ids.map((id) => ({ id, accountId: 1 })));
    const changing = (async () => {
      for (const status of ['sent', 'failed', 'sent', 'delivered'] as const)
        await dataSource.getRepository(Message).update({ accountId: 1 }, { status });
    })();
    await Promise.all([changing, many().runAll()]);
    await many().runAll();
    const events = await many().query<{ subject: string; type: string }>(
      'select subject, type from $events order by sequence',
    );
    for (const id of ids) {
      expect(events.filter(({ subject }) => subject === id).map(({ type }) => type)).toEqual([
        'message.sent',
        'message.failed',
        'message.sent',
        'message.delivered',
      ]);
    }
    expect(await many().count('$changes')).toBe(0);
  });
});
