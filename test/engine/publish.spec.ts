import { DataSource } from 'typeorm';
import { TransactionRequiredError, InvalidEventError } from '../../libs/webhooks/src/core/errors.js';
import { delivered, Engine, useEngine } from './support/engine.js';

describe('The outbox', () => {
  const engine = useEngine();

  const events = () => engine().count('$events');

  it('sends committed events unchanged', async () => {
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

  it('sends the events of a transaction, except the events of a savepoint that is rolled back', async () => {
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

  it('sends nothing before the commit, not even when a savepoint is released', async () => {
    await engine().endpoint('acme', '/hooks');
    await engine().transaction(async (tx) => {
      await tx.transaction((inner) => engine().webhooks.publish(inner, delivered('acme', 'm1')));
      await expect(engine().runOnce()).resolves.toMatchObject({ relayed: 0 });
      expect(engine().receiver.arrivals).toEqual([]);
    });
    await expect(engine().runOnce()).resolves.toMatchObject({ relayed: 1, delivered: 1 });
  });

  it('relays an event that commits after an event with a larger sequence', async () => {
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

  it('returns one result for one event and a list for a list', async () => {
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

  describe('writes nothing and throws TransactionRequiredError for an EntityManager', () => {
    afterEach(async () => expect(await events()).toBe(0));

    const refused = (tx: unknown) =>
      expect(engine().webhooks.publish(tx as never, delivered('acme', 'm1'))).rejects;

    it('of the data source, which has no transaction', async () => {
      await refused(engine().first.dataSource.manager).toThrow(TransactionRequiredError);
      await refused(engine().first.dataSource.manager).toThrow(
        'Pass the EntityManager that dataSource.transaction() hands to its callback',
      );
    });

    it('whose transaction was begun with SQL, which TypeORM does not see', async () => {
      const runner = engine().first.dataSource.createQueryRunner();
      await runner.query('BEGIN');
      await refused(runner.manager).toThrow('TypeORM does not see a BEGIN that is sent as SQL');
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

const circular: Record<string, unknown> = {};
circular.self = circular;

describe('publish', () => {
  const engine = useEngine({ options: { checkEventData: false, limits: { payloadBytes: 1000 } } });

  const publish = (...events: unknown[]) =>
    engine().transaction((tx) => engine().webhooks.publish(tx, events as never));

  it.each<[string, string, unknown]>([
    ['no type', 'type', { type: undefined }],
    ['an empty type', 'type', { type: '' }],
    ['a type that is a number', 'type', { type: 7 }],
    ['a type in upper case', 'type', { type: 'Message.Delivered' }],
    ['a type with a blank', 'type', { type: 'message delivered' }],
    ['a type that ends in a full stop', 'type', { type: 'message.' }],
    ['a type that nobody declared', 'type', { type: 'message.deliverd' }],
    ['a type of 129 characters', 'type', { type: 'a'.repeat(129) }],
    ['no tenant', 'tenantId', { tenantId: undefined }],
    ['an empty tenant', 'tenantId', { tenantId: '' }],
    ['a tenant that is null', 'tenantId', { tenantId: null }],
    ['a tenant that is a number', 'tenantId', { tenantId: 1 }],
    ['a tenant of 256 characters', 'tenantId', { tenantId: 'a'.repeat(256) }],
    ['a tenant with a NUL', 'tenantId', { tenantId: 'a\0' }],
    ['a tenant with half a surrogate pair', 'tenantId', { tenantId: 'a\ud800' }],
    ['an empty subject', 'subject', { subject: '' }],
    ['a subject that is a number', 'subject', { subject: 5 }],
    ['a subject of 256 characters', 'subject', { subject: 'a'.repeat(256) }],
    ['a subject with a NUL', 'subject', { subject: '\0' }],
    ['a source that is an object', 'source', { source: {} }],
    ['a source of 256 characters', 'source', { source: 'a'.repeat(256) }],
    ['a time that is text', 'occurredAt', { occurredAt: '2026-01-01' }],
    ['a time that is no time', 'occurredAt', { occurredAt: new Date(Number.NaN) }],
    ['a callback that is not text', 'callbackUrl', { callbackUrl: new URL('https://example.com') }],
    ['an empty idempotency key', 'idempotencyKey', { idempotencyKey: '' }],
    ['an idempotency key of 256 characters', 'idempotencyKey', { idempotencyKey: 'a'.repeat(256) }],
    ['an idempotency key that is a number', 'idempotencyKey', { idempotencyKey: 1 }],
    ['no data', 'data', { data: undefined }],
    ['data that is a function', 'data', { data: () => 1 }],
    ['data with a BigInt', 'data', { data: { amount: 1n } }],
    ['data that holds itself', 'data', { data: circular }],
    ['data of more bytes than the limit', 'data', { data: { text: 'x'.repeat(1000) } }],
    ['data whose characters take more bytes than the limit', 'data', { data: { text: 'ü'.repeat(500) } }],
  ])('refuses %s, names the field, and writes nothing of the call', async (_, field, change) => {
    const bad = { ...delivered('acme', 'm2'), ...(change as object) };
    const call = publish(delivered('acme', 'm1'), bad);
    await expect(call).rejects.toThrow(InvalidEventError);
    await expect(call).rejects.toMatchObject({ index: 1, field });
    await expect(call).rejects.toThrow(new RegExp(`^publish: event 1, ${field} must (be|not contain)`));
    expect(await engine().count('$events')).toBe(0);
  });

  it.each([undefined, null, 'message.delivered', 3])('refuses %p as an event', async (event) => {
    await expect(publish(event)).rejects.toMatchObject({
      name: 'InvalidEventError',
      index: 0,
      field: 'event',
    });
  });

  it('leaves the transaction usable after a refusal, because nothing was sent to the database', async () => {
    await engine().transaction(async (tx) => {
      await expect(engine().webhooks.publish(tx, { type: 'x' } as never)).rejects.toThrow(InvalidEventError);
      await engine().webhooks.publish(tx, delivered('acme', 'm1'));
    });
    expect(await engine().count('$events')).toBe(1);
  });

  it('accepts data of exactly the limit, counted in bytes', async () => {
    const data = { text: 'ü'.repeat(494) };
    expect(Buffer.byteLength(JSON.stringify(data))).toBe(999);
    await publish({ ...delivered('acme', 'm1'), data: { ...data, text: `${data.text}x` } });
    await expect(publish({ ...delivered('acme', 'm1'), data: { text: `${data.text}xy` } })).rejects.toThrow(
      'must be at most 1000 bytes as JSON (it has 1001)',
    );
  });

  it('keeps quotes and non-ASCII characters, and in data also NUL and unpaired surrogates', async () => {
    await engine().endpoint("o'neil; drop table", '/hooks');
    const message = { id: 'm\0', direction: 'out', from: '\ud800', to: `'; --`, body: 'ünï 🙂' };
    await publish({ ...delivered("o'neil; drop table", '主題'), data: { message } });
    await engine().runOnce();
    expect(JSON.parse(engine().receiver.arrivals[0]!.body).data.message).toEqual(message);
  });

  it('accepts null for optional fields', async () => {
    await publish({
      ...delivered('acme', 'm1'),
      subject: null,
      source: null,
      callbackUrl: null,
      idempotencyKey: null,
    });
    expect(await engine().count('$events where subject is null')).toBe(1);
  });

  it('never refuses a callback URL for its content, because the URL comes from a customer', async () => {
    const urls = [
      'not a url',
      'x'.repeat(10_000),
      'http://\0',
      'ftp://example.com',
      'http://169.254.169.254/',
    ];
    await publish(...urls.map((callbackUrl, i) => ({ ...delivered('acme', `m${i}`), callbackUrl })));
    await engine().runOnce();
    const deliveries = await engine().deliveries('acme');
    expect(deliveries.map(({ state, reason }) => `${state} ${reason}`)).toEqual(
      urls.map(() => 'discarded url-refused'),
    );
  });
});

describe('The data of an event', () => {
  const { NODE_ENV } = process.env;
  let engine: Engine;
  afterEach(async () => {
    process.env.NODE_ENV = NODE_ENV;
    await engine.close();
  });

  const withoutSender = (type = 'message.delivered') => {
    const message = { id: 'm1', direction: 'out', from: undefined, to: '+256701521269' };
    return delivered('acme', 'm1', { type: type as never, data: { message } as never });
  };

  it('is refused outside production if it does not fit the schema of its type: the error names the field, and nothing is written', async () => {
    const eventTypes = [
      { name: 'invoice.paid', description: 'Paid.', schema: { properties: { cents: { type: 'integer' } } } },
    ];
    engine = await Engine.start({ options: { eventTypes } });
    await expect(engine.publish(delivered('acme', 'm0'), withoutSender())).rejects.toMatchObject({
      index: 1,
      field: 'data.message.from',
      message: expect.stringMatching(
        /^publish: event 1, data\.message\.from is missing, according to the schema of message\.del/,
      ),
    });
    const paid = delivered('acme', 'i1', { type: 'invoice.paid' as never, data: { cents: 1.5 } as never });
    await expect(engine.publish(paid)).rejects.toMatchObject({ field: 'data.cents' });
    expect(await engine.count('$events')).toBe(0);
  });

  it('is not checked if NODE_ENV is production', async () => {
    process.env.NODE_ENV = 'production';
    engine = await Engine.start();
    await engine.publish(withoutSender());
    expect(await engine.count('$events')).toBe(1);
  });
});

describe('An idempotency key', () => {
  const engine = useEngine();

  const keyed = (key: string, subject = 'm1', tenantId = 'acme') =>
    delivered(tenantId, subject, { idempotencyKey: key });

  it('publishes one event, however often it is used; duplicates return the id of the first event', async () => {
    await engine().endpoint('acme', '/hooks');
    const [first] = await engine().publish(keyed('report-1'));
    const [again] = await engine().publish(keyed('report-1', 'another'));
    expect(first!.duplicate).toBe(false);
    expect(again).toEqual({ id: first!.id, duplicate: true });
    await engine().runOnce();
    expect(engine().receiver.arrivals).toHaveLength(1);
  });

  it('is recognized if one call uses it twice; the events of the call keep their order', async () => {
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

  it('belongs to one tenant', async () => {
    const answers = await engine().publish(keyed('k', 'm1', 'acme'), keyed('k', 'm1', 'umbrella'));
    expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, false]);
  });

  it('is free again if its transaction rolled back', async () => {
    const rollback = engine().transaction(async (tx) => {
      await engine().webhooks.publish(tx, keyed('k'));
      throw new Error('no');
    });
    await expect(rollback).rejects.toThrow('no');
    const [answer] = await engine().publish(keyed('k'));
    expect(answer!.duplicate).toBe(false);
  });

  it('costs no second statement, even for a thousand events with keys', async () => {
    const batch = Array.from({ length: 1000 }, (_, i) => keyed(`k${i}`));
    await engine().transaction(async (tx) => {
      const statements = await engine().first.statements.during(() => engine().webhooks.publish(tx, batch));
      expect(statements).toHaveLength(1);
    });
  });

  it('waits for the transaction that used the key first, and then returns the id of that transaction’s event', async () => {
    const { dataSource } = engine().first;
    const first = dataSource.createQueryRunner();
    await first.startTransaction();
    const one = await engine().webhooks.publish(first.manager, keyed('k'));
    const second = dataSource.createQueryRunner();
    await second.startTransaction();
    const waiting = engine().webhooks.publish(second.manager, keyed('k'));
    await first.commitTransaction();
    await expect(waiting).resolves.toEqual({ id: one.id, duplicate: true });
    // The host can continue in its transaction.
    await engine().webhooks.publish(second.manager, delivered('acme', 'm2'));
    await second.commitTransaction();
    await Promise.all([first.release(), second.release()]);
    expect(await engine().count('$events')).toBe(2);
  });

  it('publishes the event of a second transaction after the first one has rolled back', async () => {
    const { dataSource } = engine().first;
    const first = dataSource.createQueryRunner();
    await first.startTransaction();
    await engine().webhooks.publish(first.manager, keyed('k'));
    const waiting = engine().publish(keyed('k'));
    await first.rollbackTransaction();
    await first.release();
    await expect(waiting).resolves.toMatchObject([{ duplicate: false }]);
  });

  it('causes neither deadlocks nor violations, whatever the order of keys in parallel transactions', async () => {
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
