import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksModule } from 'nestjs-sms-webhooks';
import { AccountGuard, type AccountRequest } from './account.guard.js';
import { dataSourceOptions } from './data-source.js';
import { MessagesService } from './messages.service.js';

@Module({
  imports: [
    TypeOrmModule.forRoot(dataSourceOptions),
    WebhooksModule.forRootAsync({
      guards: [AccountGuard],
      tenant: (request: AccountRequest) => request.account!.id,
      useFactory: () => ({
        encryption: { current: { id: 'k1', key: 'a passphrase of the host, long enough' } },
        network: { allowLocalhost: true },
      }),
    }),
  ],
  providers: [MessagesService],
})
export class AppModule {}
