import type { PortalScope } from 'nestjs-sms-webhooks';
import { startPostgres } from '../../../sample-app/src/postgres/start-postgres.js';
import { followSources } from './follow-sources.js';
import { startDemoHost } from './host.js';
import { sendMessages } from './traffic.js';

const NEW_MESSAGE_EVERY_MS = 4000;

/**
 * `npm run dev -w libs/portal`: the page with demo data, and new messages while it runs. PORT is the port. SCOPES lists the
 * scopes of the session, separated by commas. BRAND and ACCENT are the name and the colour that the page shows.
 */
async function main(): Promise<void> {
  const postgres = await startPostgres({ durable: false, lingerMs: 1000 });
  const { PORT = '4300', SCOPES, BRAND, ACCENT } = process.env;
  const demo = await startDemoHost(postgres.url, {
    port: Number(PORT),
    configure: followSources,
    portal: { brand: { name: BRAND, accent: ACCENT, backUrl: '/' } },
  });
  console.log(`Webhooks page: ${demo.signIn(SCOPES?.split(',') as PortalScope[] | undefined)}`);
  let number = 60;
  const timer = setInterval(() => {
    number += 1;
    sendMessages(demo.webhooks, demo.dataSource, { count: 1, first: number }).catch(console.error);
  }, NEW_MESSAGE_EVERY_MS);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await demo.close();
    await postgres.stop();
    process.exit(0);
  };
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
}

void main();
