import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import request from 'supertest';
import type { DataSource } from 'typeorm';
import {
  createWebhooks,
  type CreateWebhooksOptions,
  type Webhooks,
} from '../../libs/webhooks/src/express/index.js';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import { values } from '../host/support/app.js';

/** An Express app with webhooks, on loopback. */
export interface ExpressHost {
  webhooks: Webhooks;
  /** Prepares a request of `account`, or of nobody if it is omitted. */
  call(
    method: 'get' | 'post' | 'patch' | 'put' | 'delete' | 'head',
    path: string,
    account?: string,
  ): request.Test;
  close(): Promise<void>;
}

export interface ExpressHostSettings {
  dataSource: DataSource;
  options?: Partial<CreateWebhooksOptions>;
  /** Webhooks to use instead of new ones. `close()` leaves them open, so that several apps can share their router. */
  webhooks?: Webhooks;
  /** Mounts the router and the host's handlers. Default: the router at `/api`, and nothing else. */
  app?: (app: Express, webhooks: Webhooks) => void;
  /** Creates an app with the host's version of Express. Default: the version that this file imports. */
  make?: () => Express;
}

/** The account is the `x-account` header. */
export const options = (dataSource: DataSource): CreateWebhooksOptions => ({
  ...values,
  dataSource,
  tenant: (call) => call.get('x-account'),
});

export async function startExpressHost(settings: ExpressHostSettings): Promise<ExpressHost> {
  const { dataSource, make = express } = settings;
  const webhooks =
    settings.webhooks ?? (await createWebhooks({ ...options(dataSource), ...settings.options }));
  const app = make();
  if (settings.app) settings.app(app, webhooks);
  else app.use('/api', webhooks.router);
  const server = createServer(app);
  // Clients reuse connections. If the server closed an idle connection just as a request is sent, the request would fail.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    webhooks,
    call: (method, path, account) => {
      const made = request(url)[method](path);
      return account === undefined ? made : made.set('x-account', account);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      if (!settings.webhooks) await webhooks.close();
    },
  };
}

export const publish = (dataSource: DataSource, webhooks: Webhooks, id: string) =>
  dataSource.transaction((tx) =>
    webhooks.publish(
      tx,
      messageEvent('message.delivered', {
        tenantId: 'a',
        message: { id, direction: 'out', from: 'ACME', to: '+15550100' },
      }),
    ),
  );
