import { Test } from '@nestjs/testing';
import { WebhooksTesting } from 'nestjs-sms-webhooks/testing';
import { AppModule } from './../src/app.module';
import { MessageStatus } from './../src/message-status';

// Runs in Jest and in Vitest.
describe('A delivered message', () => {
  it('is published once', async () => {
    const builder = Test.createTestingModule({ imports: [AppModule] });
    const module = await WebhooksTesting.override(builder).compile();
    await module.init();
    const message = { id: 'm2', accountId: 'account-a', from: 'ACME', to: '+15550100' };
    await module.get(MessageStatus).delivered(message);
    await module.get(MessageStatus).delivered(message);
    expect(await WebhooksTesting.of(module).published('message.delivered')).toHaveLength(1);
    await module.close();
  });
});
