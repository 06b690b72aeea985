import { Test } from '@nestjs/testing';
import { WebhooksService } from 'nestjs-sms-webhooks';
import { WebhooksTesting } from 'nestjs-sms-webhooks/testing';
import { AppModule } from './../src/app.module';
import { MessageStatus } from './../src/message-status';

// Runs in Jest and in Vitest.
describe('A delivered message that the carrier reports twice', () => {
  it('is published and sent once', async () => {
    const builder = Test.createTestingModule({ imports: [AppModule] });
    const module = await WebhooksTesting.override(builder).compile();
    await module.init();
    const endpoint = { url: 'https://example.com/hooks', events: ['message.*'] };
    await module.get(WebhooksService).endpoints.create('account-a', endpoint);
    const webhooks = WebhooksTesting.of(module);
    const message = { id: 'm2', accountId: 'account-a', from: 'ACME', to: '+15550100' };
    await module.get(MessageStatus).delivered(message);
    await module.get(MessageStatus).delivered(message);
    expect(await webhooks.published('message.delivered')).toHaveLength(1);
    await webhooks.flush();
    expect(webhooks.sent.map(({ url }) => url)).toContain(endpoint.url);
    await module.close();
  });
});
