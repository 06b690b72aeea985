import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { capture, messageEvent, WebhooksModule, webhooksMigrations } from 'nestjs-sms-webhooks';
import { Account } from '../account.entity.js';
import { ApiKeyGuard } from '../api-key.guard.js';
import { CreateTables1704067200000 } from '../create-tables.migration.js';
import { Message } from '../message.entity.js';
import { MessagesService } from '../messages.service.js';
import { SnakeNamingStrategy } from '../naming.js';
import { CaptureStatus1767225600000 } from './capture-status.migration.js';

const statusEvent = (row: Message) => {
  const message = { id: row.id, direction: 'out', from: row.senderId, to: row.phoneNumber } as const;
  return messageEvent(`message.${row.deliveryStatus}`, { tenantId: String(row.accountId), message });
};

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL,
      schema: 'sms',
      namingStrategy: new SnakeNamingStrategy(),
      autoLoadEntities: true,
      migrations: [CreateTables1704067200000, ...webhooksMigrations, CaptureStatus1767225600000],
      migrationsRun: true,
    }),
    TypeOrmModule.forFeature([Account, Message]),
    WebhooksModule.forRoot({
      guards: 'global',
      tenant: (request) => String(request.account.id),
      encryption: { current: { id: 'k1', key: process.env.WEBHOOKS_KEY } },
      network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] }, // receivers on this machine
      captures: [capture(Message, { column: 'deliveryStatus', tenant: 'accountId', map: statusEvent })],
    }),
  ],
  providers: [MessagesService, { provide: APP_GUARD, useClass: ApiKeyGuard }],
})
export class AppModule {}
