import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { Receiver } from '../engine/support/receiver.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { Account } from './repositories/account.entity.js';
import { MessageStatus } from './repositories/message.entity.js';
import { MessagesService } from './repositories/messages.service.js';
import { changedLines } from './support/changed-lines.js';
import { register, startHost, statusesByNumber } from './support/running-host.js';

const folder = join(__dirname, 'repositories');
let database: TestDatabase;
let receiver: Receiver;

beforeAll(async () => {
  [database, receiver] = await Promise.all([createDatabase(), Receiver.start()]);
  // The host's modules read these variables on import.
  Object.assign(process.env, { DATABASE_URL: database.url, WEBHOOKS_KEY: 'ab'.repeat(32) });
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query('create schema sms');
  await client.end();
});
afterAll(async () => {
  await receiver.close();
  await database.drop();
});

const host = async (state: 'before' | 'after'): Promise<Type> =>
  ((await import(`./repositories/${state}/app.module.js`)) as { AppModule: Type }).AppModule;

describe('A host with repositories, a naming strategy and a schema of its own', () => {
  it('mounts the module with a capture in fewer than 20 changed lines', async () => {
    expect(await changedLines(join(folder, 'before'), join(folder, 'after'))).toBeLessThan(20);
  });

  it('publishes each status change, also of messages that existed before it mounted the module', async () => {
    const old = await startHost(await host('before'));
    const account = await old.get(DataSource).getRepository(Account).save({ apiKey: 'key-a' });
    const [earlier] = await old.get(MessagesService).queue(account, '+15550101');
    await old.get(MessagesService).accepted(earlier!, 'ref-1');
    await old.close();

    const app = await startHost(await host('after'));
    const messages = app.get(MessagesService);
    const secret = await register(app, 'key-a', receiver.url('/hooks'));
    const [second, third] = await messages.queue(account, '+15550102', '+15550103', '+15550104');
    await messages.accepted(second!, 'ref-2');
    await messages.accepted(third!, 'ref-3');
    await messages.report(['ref-1', 'ref-2'], MessageStatus.Delivered);
    await expect(messages.report(['ref-3', 'unknown'], MessageStatus.Delivered)).rejects.toThrow('Message');
    await messages.report(['ref-3'], MessageStatus.Failed);
    await messages.giveUp(account);

    expect(statusesByNumber(await receiver.arrived(6), secret)).toEqual([
      '+15550101: delivered',
      '+15550102: sent delivered',
      '+15550103: sent failed',
      '+15550104: failed',
    ]);
    await app.close();
  });
});
