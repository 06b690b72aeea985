import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { capture, messageEvent, WebhooksModule, webhooksMigrations } from 'nestjs-sms-webhooks';
import { CreateTables1704067200000 } from '../create-tables.migration.js';
import { CustomerGuard, type CustomerRequest } from '../customer.guard.js';
import { Message } from '../message.entity.js';
import { MessagesService } from '../messages.service.js';
import { CaptureStatus1767225600000 } from './capture-status.migration.js';

const statusEvent = ({ id, customer: tenantId, to, status }: Message) =>
  messageEvent(`message.${status}`, { tenantId, message: { id, direction: 'out', from: 'ACME', to } });

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'postgres',
        url: process.env.DATABASE_URL,
        entities: [Message],
        autoLoadEntities: true, // adds the module's entities
        migrations: [CreateTables1704067200000, ...webhooksMigrations, CaptureStatus1767225600000],
        migrationsRun: true,
      }),
    }),
    WebhooksModule.forRoot({
      guards: [CustomerGuard],
      tenant: (request: CustomerRequest) => request.customer,
      encryption: { current: { id: 'k1', key: process.env.WEBHOOKS_KEY } },
      network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] }, // receivers on this machine
      captures: [capture(Message, { column: 'status', tenant: 'customer', map: statusEvent })],
    }),
  ],
  providers: [MessagesService],
})
export class AppModule {}
