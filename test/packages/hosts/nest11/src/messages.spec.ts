import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { WebhooksService } from 'nestjs-sms-webhooks';
import { WebhooksTesting } from 'nestjs-sms-webhooks/testing';
import { AppModule } from './app.module';
import { MessagesService } from './messages.service';

describe('MessagesService', () => {
  let module: TestingModule;
  let webhooks: WebhooksTesting;

  beforeAll(async () => {
    const builder = Test.createTestingModule({ imports: [AppModule] });
    module = await WebhooksTesting.override(builder).compile();
    await module.init();
    webhooks = WebhooksTesting.of(module);
    const events = ['message.delivered'];
    await module
      .get(WebhooksService)
      .endpoints.create('tested', { url: 'https://example.com/hooks', events });
  });

  afterAll(() => module.close());

  it('tells the customer of a delivered message', async () => {
    const id = await module.get(MessagesService).deliver('tested');
    await webhooks.flush();
    expect(webhooks.sent.map(({ url }) => url)).toEqual(['https://example.com/hooks']);
    expect(webhooks.sent[0].json).toMatchObject({ type: 'message.delivered', data: { message: { id } } });
  });

  it('tells nobody of a message that was rolled back', async () => {
    const before = await webhooks.published('message.delivered');
    await expect(module.get(MessagesService).deliver('tested', true)).rejects.toThrow('changed its mind');
    expect(await webhooks.published('message.delivered')).toEqual(before);
  });
});
