import 'reflect-metadata';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  httpsms,
  msgine,
  type PortalOptions,
  type PortalScope,
  WebhooksModule,
  WebhooksService,
  webhooksMigrations,
} from 'nestjs-sms-webhooks';
import { DataSource } from 'typeorm';
import { PORTAL_SCOPES } from '../../../libs/webhooks/src/config/portal-options.js';
import { registerEndpoints, TENANT } from './endpoints.js';
import { addPastHours } from './past-hours.js';
import { Receivers } from './receivers.js';
import { sendMessages } from './traffic.js';

/** A host with the webhooks page and customers' webhooks in every state. */
export interface DemoHost {
  app: INestApplication;
  webhooks: WebhooksService;
  dataSource: DataSource;
  receivers: Receivers;
  /** A link that opens the page, signed in as the demo's customer. Default scopes: all, with `operator`. */
  signIn(scopes?: PortalScope[]): string;
  close(): Promise<void>;
}

export interface DemoSettings {
  port?: number;
  portal?: Partial<PortalOptions>;
  /** Runs before the app listens. */
  configure?: (app: INestApplication) => void;
}

/** Starts a demo host on an empty database. */
export async function startDemoHost(
  databaseUrl: string,
  { port = 0, portal, configure }: DemoSettings = {},
): Promise<DemoHost> {
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
        controller: false,
        tenant: () => TENANT,
        portal: {
          access: 'session',
          returnUrl: 'https://app.example.com/login',
          show: { bodies: true, phoneNumbers: true },
          ...portal,
        },
        encryption: { current: { id: 'k1', key: 'ab'.repeat(32) } },
        network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] },
        profiles: [msgine({ httpsOnly: false }), httpsms()],
      }),
    ],
  })
  class Host {}

  const app = await NestFactory.create(Host, { logger: ['error'], abortOnError: false });
  const dataSource = app.get(DataSource);
  configure?.(app);
  await app.listen(port, '127.0.0.1');

  const origin = await app.getUrl();
  const webhooks = app.get(WebhooksService);
  await registerEndpoints(webhooks, receivers.url);
  await sendMessages(webhooks, dataSource, { count: 60 });
  await addPastHours(dataSource);
  return {
    app,
    webhooks,
    dataSource,
    receivers,
    signIn: (scopes = [...PORTAL_SCOPES]) =>
      origin + webhooks.portal.createSession({ tenantId: TENANT, actor: 'ada@acme.example', scopes }).url,
    close: async () => {
      await app.close();
      await receivers.close();
    },
  };
}
