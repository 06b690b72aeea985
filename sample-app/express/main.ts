import { startPostgres } from '../src/postgres/start-postgres.js';
import { portOf } from '../src/port.js';
import { Shutdown } from '../src/shutdown.js';
import { startBackend } from './backend.js';
import { startReceiver } from './receiver.js';

/** If `DATABASE_URL` is not set, the sample starts a PostgreSQL whose data is deleted at the end, and runs a demo. */
const given = process.env.DATABASE_URL;

async function main(shutdown: Shutdown): Promise<void> {
  const port = portOf('PORT', 3000);
  const own = given ? null : await startPostgres({ durable: false });
  if (own) await shutdown.add(() => own.stop());
  const receiver = own && (await startReceiver(console.log));
  // The receiver opens before the backend and closes after it, so that requests in flight still arrive.
  if (receiver) await shutdown.add(() => receiver.close());
  const { url, webhooksPage, close } = await startBackend(own?.url ?? given!, port);
  await shutdown.add(close);

  console.log(`
  SMS backend in plain Express   ${url}/api   keys: demo-key-a, demo-key-b
  Send a message. Then report it as delivered, with the id that the first command prints:
    curl -H 'Authorization: Bearer demo-key-a' -H 'Content-Type: application/json' \\
      -d '{"to":"+14155550123","message":"Hello"}' ${url}/api/messages
    curl -H 'Authorization: Bearer carrier-key' -H 'Content-Type: application/json' \\
      -d '{"id":"…","status":"delivered"}' ${url}/carrier/reports
  List the registered URLs and the deliveries:
    curl -H 'Authorization: Bearer demo-key-a' ${url}/api/webhooks
    curl -H 'Authorization: Bearer demo-key-a' ${url}/api/webhooks/deliveries
  Ctrl-C stops everything.
`);
  if (!receiver) return;
  console.log(`Webhooks page: ${webhooksPage('acme')}\n`);
  const { secret } = await post(`${url}/api/webhooks`, 'demo-key-a', { url: receiver.url, events: ['*'] });
  receiver.useSecret(secret!);
  const { id } = await post(`${url}/api/messages`, 'demo-key-a', { to: '+14155550123', message: 'Hello' });
  for (const status of ['sent', 'delivered'])
    await post(`${url}/carrier/reports`, 'carrier-key', { id, status });
}

async function post(url: string, key: string, body: object): Promise<Record<string, string>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${text}`);
  return JSON.parse(text) as Record<string, string>;
}

const shutdown = new Shutdown(() => console.log('\nStopping…'));
main(shutdown).catch(async (error: Error) => {
  if (shutdown.hasBegun) return; // The start was interrupted; its errors do not matter.
  console.error(error.message);
  await shutdown.close();
  process.exit(1);
});
