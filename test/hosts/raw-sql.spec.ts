import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Receiver } from '../engine/support/receiver.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { MessagesService } from './raw-sql/messages.service.js';
import { changedLines } from './support/changed-lines.js';
import { register, startHost, statusesByNumber } from './support/running-host.js';

const folder = join(__dirname, 'raw-sql');
let database: TestDatabase;
let receiver: Receiver;

beforeAll(async () => {
  [database, receiver] = await Promise.all([createDatabase(), Receiver.start()]);
  // The host's modules read these variables on import.
  Object.assign(process.env, { DATABASE_URL: database.url, WEBHOOKS_KEY: 'ab'.repeat(32) });
});
afterAll(async () => {
  await receiver.close();
  await database.drop();
});

const host = async (state: 'before' | 'after'): Promise<Type> =>
  ((await import(`./raw-sql/${state}/app.module.js`)) as { AppModule: Type }).AppModule;

describe('A host with raw SQL, query builders and bulk updates', () => {
  it('mounts the module with a capture in fewer than 20 changed lines', async () => {
    expect(await changedLines(join(folder, 'before'), join(folder, 'after'))).toBeLessThan(20);
  });

  it('publishes each status change to the customer who owns the message', async () => {
    const old = await startHost(await host('before'));
    await old.get(DataSource).query(`insert into customer_keys values ('key-a', 'a'), ('key-b', 'b')`);
    await old.get(MessagesService).queue('a', '+15550101');
    await old.get(MessagesService).takeNext(1);
    await old.close();

    const app = await startHost(await host('after'));
    const messages = app.get(MessagesService);
    const secrets = {
      a: await register(app, 'key-a', receiver.url('/a')),
      b: await register(app, 'key-b', receiver.url('/b')),
    };
    await messages.queue('a', '+15550102', '+15550103');
    await messages.queue('b', '+15550104', '+15550105');
    await messages.takeNext(3);
    await messages.report('+15550101', 'delivered', 0);
    await messages.report('+15550102', 'delivered', 0);
    await messages.report('+15550102', 'failed', 30); // the message no longer has the status `sent`, so this changes nothing
    await messages.report('+15550104', 'failed', 30);
    await messages.expire(new Date(Date.now() + 60_000));

    expect(statusesByNumber(await receiver.arrived(4, '/a'), secrets.a)).toEqual([
      '+15550101: delivered',
      '+15550102: sent delivered',
      '+15550103: sent',
    ]);
    expect(statusesByNumber(await receiver.arrived(3, '/b'), secrets.b)).toEqual([
      '+15550104: sent failed',
      '+15550105: expired',
    ]);
    await app.close();
  });
});
