import assert from 'node:assert/strict';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { WebhooksService } from 'nestjs-sms-webhooks';
import { AppModule } from './app.module.js';
import { MessagesService } from './messages.service.js';
import { startReceiver } from './receiver.js';

// Boots on the migrated database, registers over REST, publishes in a transaction and waits for the webhook. There is no
// `process.exit()`: the process must end by itself after the app and the receiver are closed.
async function main(): Promise<void> {
  const receiver = await startReceiver();
  const adapter = process.env.HTTP === 'Fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(AppModule, adapter, { logger: ['error'] });
  await app.listen(0, '127.0.0.1');

  const register = async (headers: Record<string, string>): Promise<Response> =>
    fetch(`${await app.getUrl()}/webhooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ url: receiver.url, events: ['message.*'] }),
    });
  assert.equal((await register({})).status, 403);
  const registered = await register({ 'x-account': 'acme' });
  assert.equal(registered.status, 201);
  receiver.secrets = ((await registered.json()) as { secret: string }).secret;

  const messages = app.get(MessagesService);
  await assert.rejects(messages.deliver('acme', true), /changed its mind/);
  const id = await messages.deliver('acme');
  const { type, payload } = await receiver.next;
  assert.equal(type, 'message.delivered');
  assert.equal((payload.data as { message: { id: string } }).message.id, id);

  await app.get(WebhooksService).runOnce();
  const { data } = await app.get(WebhooksService).deliveries.list('acme');
  assert.deepEqual(
    data.map(({ state }) => state),
    ['delivered'],
  );
  assert.equal(receiver.count, 1);

  await app.close();
  receiver.close();
  console.log(`Node ${process.versions.node}: registered over REST, rolled one event back, delivered one`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
