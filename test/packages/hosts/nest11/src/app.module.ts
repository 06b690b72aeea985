import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksModule } from 'nestjs-sms-webhooks';
import { AccountGuard, type AccountRequest } from './account.guard';
import { dataSourceOptions } from './data-source';
import { MessagesService } from './messages.service';

@Module({
  imports: [
    TypeOrmModule.forRoot(dataSourceOptions),
    WebhooksModule.forRootAsync({
      guards: [AccountGuard],
      tenant: (request: AccountRequest) => request.account!.id,
      useFactory: () => ({
        encryption: { current: { id: 'k1', key: 'a passphrase of the host, long enough' } },
        network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] },
      }),
    }),
  ],
  providers: [MessagesService],
})
export class AppModule {}
