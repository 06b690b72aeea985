import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksModule, webhooksMigrations } from 'nestjs-sms-webhooks';
import { AccountGuard, type AccountRequest } from './account.guard.js';
import { Message } from './message.entity.js';
import { MessagesService } from './messages.service.js';
import { CreateMessage1700000000000 } from './migrations.js';

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL,
      autoLoadEntities: true,
      migrations: [CreateMessage1700000000000, ...webhooksMigrations],
      migrationsRun: true,
    }),
    TypeOrmModule.forFeature([Message]),
    WebhooksModule.forRoot({
      guards: [AccountGuard],
      tenant: (request: AccountRequest) => request.account!.id,
      encryption: { current: { id: 'k1', key: 'a passphrase of the host, long enough' } },
      network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] },
    }),
  ],
  providers: [MessagesService],
})
export class AppModule {}
