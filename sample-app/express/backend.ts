import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createWebhooks } from 'nestjs-sms-webhooks/express';
import { createApp } from './app.js';
import type { AccountRequest } from './authenticate.js';
import { dataSourceOf } from './data-source.js';

const production = process.env.NODE_ENV === 'production';

export interface Backend {
  /** Such as `http://127.0.0.1:3000`. */
  url: string;
  /** Returns a link that opens the webhooks page, signed in as this account. */
  webhooksPage(accountId: string): string;
  /** Waits for requests and deliveries in flight, then closes the connections to the database. */
  close(): Promise<void>;
}

/**
 * Connects, migrates, serves the routes on 127.0.0.1 and starts the worker.
 *
 * @param port 0 selects a free port
 */
export async function startBackend(databaseUrl: string, port: number): Promise<Backend> {
  const dataSource = await dataSourceOf(databaseUrl).initialize();
  const webhooks = await createWebhooks({
    dataSource,
    tenant: (request: AccountRequest) => request.accountId,
    encryption: { current: { id: 'k1', key: process.env.WEBHOOKS_KEY ?? developmentKey() } },
    // Browsers do not send the API keys of customers, so customers get a link with a session.
    portal: { access: 'session', publicUrl: '/pages/webhooks-portal' },
    // Only for development: allows receivers on this machine, over http.
    ...(!production && { network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8', '::1/128'] } }),
  });
  const server = createApp(dataSource, webhooks).listen(port, '127.0.0.1');
  await once(server, 'listening');
  await webhooks.worker.start();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    webhooksPage: (accountId) =>
      url + webhooks.portal.createSession({ tenantId: accountId, actor: accountId }).url,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
      await webhooks.close();
      await dataSource.destroy();
    },
  };
}

function developmentKey(): string | undefined {
  return production ? undefined : 'only for development: anybody can read this key';
}
