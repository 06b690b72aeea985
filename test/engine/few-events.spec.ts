import { SMALL_BATCH } from '../../libs/webhooks/src/store/lane-rules.js';
import { STORE, type Store } from '../../libs/webhooks/src/store/store.js';
import { delivered, useEngine } from './support/engine.js';

describe('The relay', () => {
  const engine = useEngine();

  it.each([
    ['needs no transaction', SMALL_BATCH - 1, false],
    ['takes a transaction', SMALL_BATCH, true],
  ])('%s for %i events, and sends them all', async (_, count, inTransaction) => {
    await engine().endpoint('a', '/a');
    await engine().publish(...Array.from({ length: count }, (__, i) => delivered('a', `m${i}`)));
    const statements = await engine().first.statements.during(() => engine().runOnce());
    const { events } = engine().first.database.tables;
    const claims = statements.filter((sql) => sql.includes(events) && /for update skip locked/.test(sql));
    expect(claims.some((sql) => sql.includes('newest'))).toBe(inTransaction);
    expect(engine().receiver.at('/a')).toHaveLength(count);
  });

  it('sends to the new URL if an endpoint changes after it was read, and delivers each event once', async () => {
    const { id } = await engine().endpoint('a', '/a');
    await engine().endpoint('b', '/b');
    // The previous test relayed a large batch, so the next relay uses a transaction. This event is for that relay.
    await engine().publish(delivered('none', 'm0'));
    await engine().runOnce();
    await engine().publish(delivered('a', 'm1'), delivered('b', 'm2'));
    const store = engine().first.module.get<Store>(STORE, { strict: false });
    const read = store.readFewEvents.bind(store);
    const look = jest.spyOn(store, 'readFewEvents').mockImplementationOnce(async () => {
      const few = await read();
      await engine().webhooks.endpoints.update('a', id, { url: engine().receiver.url('/moved') });
      return few;
    });
    await engine().runOnce();
    expect(look).toHaveBeenCalled();
    expect(engine().receiver.at('/a')).toHaveLength(0);
    expect(engine().receiver.at('/moved')).toHaveLength(1);
    expect(engine().receiver.at('/b')).toHaveLength(1);
  });
});
