import assert from 'node:assert/strict';
import { NestFactory } from '@nestjs/core';
import { WebhooksService } from 'nestjs-sms-webhooks';
import { AppModule } from './app.module.js';
import { MessagesService } from './messages.service.js';
import { startReceiver } from './receiver.js';

// Boots, migrates, registers over REST, publishes in a transaction and waits for the webhook. Nothing here ends the
// process: it ends by itself once the app and the receiver are closed.
const receiver = await startReceiver();
const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');

const registered = await fetch(`${await app.getUrl()}/webhooks`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-account': 'acme' },
  body: JSON.stringify({ url: receiver.url, events: ['message.*'] }),
});
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
console.log('booted, migrated, registered over REST, rolled one event back, delivered one');
