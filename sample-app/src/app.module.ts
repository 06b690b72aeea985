import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { webhooksMigrations } from 'nestjs-sms-webhooks';
import { AccountsModule } from './accounts/accounts.module.js';
import { WebhooksPageController } from './accounts/webhooks-page.controller.js';
import { CarrierModule } from './carrier/carrier.module.js';
import { IndexController } from './index.controller.js';
import { MessagesModule } from './messages/messages.module.js';
import { migrations } from './migrations/index.js';
import { webhooks } from './webhooks.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'postgres',
        url: process.env.DATABASE_URL,
        autoLoadEntities: true,
        migrations: [...migrations, ...webhooksMigrations],
        migrationsRun: true,
      }),
    }),
    webhooks,
    AccountsModule,
    MessagesModule,
    CarrierModule,
  ],
  controllers: [IndexController, WebhooksPageController],
})
export class AppModule {}
