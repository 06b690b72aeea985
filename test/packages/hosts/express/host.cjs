// An Express host without Nest and without decorators: it migrates, registers, publishes, and verifies what arrives.
const assert = require('node:assert/strict');
const { once } = require('node:events');
const { createServer } = require('node:http');

exports.run = async ({
  label,
  load,
  express,
  DataSource,
  webhooksEntities,
  webhooksMigrations,
  verifyWebhook,
}) => {
  const arrived = [];
  const receiver = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      arrived.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const dataSource = await new DataSource({
    type: 'postgres',
    url: process.env.DATABASE_URL,
    entities: [...webhooksEntities],
    migrations: [...webhooksMigrations],
    migrationsRun: true,
  }).initialize();

  const before = usage();
  const { createWebhooks } = await load();
  const loaded = usage();
  const webhooks = await createWebhooks({
    dataSource,
    tenant: (request) => request.get('x-account'),
    security: { allowPlaintextSecrets: true },
    network: { allowHttp: true, allowedAddresses: ['127.0.0.0/8'] },
  });
  const created = usage();

  const app = express();
  app.use('/api', webhooks.router);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/api/webhooks`;
  assert.equal((await fetch(url)).status, 401);
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'x-account': label, 'content-type': 'application/json' },
    body: JSON.stringify({ url: `http://127.0.0.1:${receiver.address().port}/hooks`, events: ['*'] }),
  });
  assert.equal(answer.status, 201);
  const { secret } = await answer.json();
  const event = { type: 'webhook.test', tenantId: label, data: { message: 'hello' } };
  await dataSource.transaction((tx) => webhooks.publish(tx, event));
  assert.equal((await webhooks.worker.runOnce()).delivered, 1);
  const { type } = verifyWebhook({ profile: 'standard', ...arrived[0], secrets: secret });
  assert.equal(type, 'webhook.test');

  server.close();
  server.closeAllConnections();
  receiver.close();
  receiver.closeAllConnections();
  await webhooks.close();
  await dataSource.destroy();
  console.log(`${label}: delivered and verified`);
  console.log(`  loading nestjs-sms-webhooks/express: ${difference(before, loaded)}`);
  console.log(`  createWebhooks: ${difference(loaded, created)}`);
};

function usage() {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, rssMb: process.memoryUsage.rss() / 1e6 };
}

function difference(before, after) {
  return `${Math.round(after.cpuMs - before.cpuMs)} ms of CPU, ${Math.round(after.rssMb - before.rssMb)} MB`;
}
