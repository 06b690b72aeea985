import 'reflect-metadata';
import { resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { WebhooksService } from 'nestjs-sms-webhooks';
import { DEMO_ACCOUNTS } from './accounts/accounts.service.js';
import { webhooksPageOf } from './accounts/webhooks-page.js';
import { AppModule } from './app.module.js';
import { banner } from './banner.js';
import { configureApp } from './configure-app.js';
import { requireDatabase, withoutPassword } from './database-url.js';
import { Demo } from './demo/demo.js';
import { printFailures } from './demo/print-failures.js';
import { withAdvice } from './old-data.js';
import { claimFolder } from './only-start.js';
import { portError, portOf, requireFree } from './port.js';
import { profileFromEnvironment } from './profile.js';
import { startPostgres } from './postgres/start-postgres.js';
import { Shutdown } from './shutdown.js';

const production = process.env.NODE_ENV === 'production';
/** Outside production and without HOST, only this machine may connect, because the demo's keys are public. */
const host = process.env.HOST ?? (production ? '0.0.0.0' : '127.0.0.1');
/** If DATABASE_URL is not set, the sample starts a PostgreSQL with its data in `.data`. */
const given = process.env.DATABASE_URL;

async function main(shutdown: Shutdown): Promise<void> {
  const port = portOf('PORT', 3000);
  const profile = profileFromEnvironment();
  if (!given) {
    const release = claimFolder(resolve('.data', 'running.json'), `http://127.0.0.1:${port}`);
    await shutdown.add(async () => release());
  }
  await requireFree(port, host);
  if (given) await requireDatabase(given);
  const own = given ? null : await startPostgres({ directory: resolve('.data', 'postgres') });
  if (own) {
    await shutdown.add(() => own.stop());
    if (own.notice) console.log(own.notice);
    process.env.DATABASE_URL = own.url;
  }

  const demo = production || process.env.DEMO === 'off' ? null : new Demo(profile);
  await demo?.listen(portOf('RECEIVER_PORT', port + 1));
  // The receiver opens before the backend and closes after it, so that requests in flight still arrive.
  await shutdown.add(async () => demo?.close());

  const app = await NestFactory.create(AppModule, {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
    forceCloseConnections: true,
  });
  await shutdown.add(() => app.close());
  configureApp(app);
  await app
    .listen(port, host)
    .catch((error: NodeJS.ErrnoException) => Promise.reject(portError(error, port)));

  const api = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}/api/v1`;
  if (demo) printFailures(app.get(WebhooksService));
  await demo?.register(api);
  const keys = production ? [] : DEMO_ACCOUNTS.map(({ key }) => key);
  const postgres = given ? withoutPassword(given) : own!.url;
  console.log(banner({ api, receiver: demo?.url, postgres, profile, keys }));
  if (demo)
    console.log(`Webhooks page: ${webhooksPageOf(app.get(WebhooksService), DEMO_ACCOUNTS[0], api).url}\n`);
  await demo?.sendMessages(api);
}

const shutdown = new Shutdown(() => console.log('\nStopping…'));
main(shutdown).catch(async (error: Error) => {
  if (shutdown.hasBegun) return; // The start was interrupted; its errors do not matter.
  console.error(given ? error.message : withAdvice(error));
  await shutdown.close();
  process.exit(1);
});
