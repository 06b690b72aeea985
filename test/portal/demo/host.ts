import 'reflect-metadata';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { httpsms, msgine, WebhooksModule, WebhooksService, webhooksMigrations } from 'nestjs-sms-webhooks';
import { DataSource } from 'typeorm';
import { registerEndpoints, TENANT } from './endpoints.js';
import { addPastHours } from './past-hours.js';
import { Receivers } from './receivers.js';
import { serveStandIn } from './stand-in.js';
import { sendMessages } from './traffic.js';

/** A host with the webhooks page and customers' webhooks in every state. */
export interface DemoHost {
  app: INestApplication;
  webhooks: WebhooksService;
  dataSource: DataSource;
  receivers: Receivers;
  /** The page, signed in as the demo's customer. */
  url: string;
  close(): Promise<void>;
}

/** Starts one on an empty database. */
export async function startDemoHost(databaseUrl: string, port = 0): Promise<DemoHost> {
  const receivers = new Receivers();
  await receivers.listen();

  @Module({
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: databaseUrl,
        autoLoadEntities: true,
        migrations: [...webhooksMigrations],
        migrationsRun: true,
      }),
      WebhooksModule.forRoot({
        allowUnauthenticated: true,
        tenant: () => TENANT,
        path: 'webhooks-portal/api/webhooks',
        encryption: { current: { id: 'k1', key: 'ab'.repeat(32) } },
        network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] },
        profiles: [msgine({ httpsOnly: false }), httpsms()],
      }),
    ],
  })
  class Host {}

  const app = await NestFactory.create(Host, { logger: ['error'], abortOnError: false });
  const dataSource = app.get(DataSource);
  serveStandIn(app, dataSource, TENANT);
  await app.listen(port, '127.0.0.1');

  const webhooks = app.get(WebhooksService);
  await registerEndpoints(webhooks, receivers.url);
  await sendMessages(webhooks, dataSource, { count: 60 });
  await addPastHours(dataSource);
  return {
    app,
    webhooks,
    dataSource,
    receivers,
    url: `${await app.getUrl()}/webhooks-portal`,
    close: async () => {
      await app.close();
      await receivers.close();
    },
  };
}
