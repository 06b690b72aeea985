import { MetricsFeed } from '../../libs/webhooks/src/engine/metrics-feed.js';
import { delivered, type Engine } from '../engine/support/engine.js';
import { freePort } from '../support/free-port.js';
import { answer, Gate, inSequence } from '../engine/support/receiver.js';

/** Longer than a lease. */
const LEASE_OVER_MS = 66_000;

/**
 * Makes deliveries that succeed, are exhausted, are discarded after a 410, fail to connect, are cancelled, or lose their
 * lease. The engine needs two workers and `retry: { schedule: [1000] }`. Afterwards, the gauges are set, and one event waits
 * for the relay.
 */
export async function makeTraffic(engine: Engine): Promise<void> {
  const { receiver, webhooks } = engine;
  await runSuccesses(engine);

  // Two attempts exhaust the delivery. A manual retry makes two more attempts.
  receiver.on('/exhausted', inSequence(answer(503), answer(404), answer(302)));
  await engine.endpoint('exhausted', '/exhausted');
  await engine.publish(delivered('exhausted', 'm1'));
  await runWithRetry(engine);
  const [exhausted] = await engine.deliveries('exhausted');
  await webhooks.deliveries.retry('exhausted', exhausted!.id);
  await runWithRetry(engine);

  // After five failures in a row, the endpoint is failing. Then it recovers, and then it responds with 410.
  receiver.on(
    '/failing',
    inSequence(...Array.from({ length: 5 }, () => answer(500)), answer(200), answer(410)),
  );
  await engine.endpoint('failing', '/failing', { retryOnError: false });
  for (let i = 0; i < 7; i++) {
    await engine.publish(delivered('failing', `m${i}`));
    await engine.runOnce();
    engine.advance(60_000);
  }

  await failToConnect(engine);
  await pauseAndCancel(engine);
  await loseLease(engine);
  await engine.publish(delivered('nobody', 'm1'));
  engine.advance(90_000);
  await engine.first.module.get(MetricsFeed, { strict: false }).read();
}

async function runSuccesses(engine: Engine): Promise<void> {
  const { webhooks } = engine;
  await engine.endpoint('fine', '/fine');
  await engine.publish(delivered('fine', 'm1'), delivered('fine', 'm2'));
  await engine.publish({ type: 'webhook.test', tenantId: 'fine', data: { message: 'hello' } });
  const rolledBack = engine.transaction(async (tx) => {
    await webhooks.publish(tx, delivered('fine', 'm3'));
    throw new Error('the host failed');
  });
  await rolledBack.catch(() => undefined);
  await engine.runOnce();
  const { data } = await webhooks.endpoints.list('fine');
  const test = webhooks.endpoints.test('fine', data[0]!.id);
  while ((await engine.runOnce()).relayed === 0);
  await test;
}

/** Makes an attempt, and its retry, which is due a second later. */
async function runWithRetry(engine: Engine): Promise<void> {
  await engine.runOnce();
  engine.advance(2_000);
  await engine.runOnce();
}

async function failToConnect(engine: Engine): Promise<void> {
  const url = `http://127.0.0.1:${await freePort()}/`;
  await engine.webhooks.endpoints.create('closed', { url, events: ['*'], retryOnError: false });
  await engine.publish(delivered('closed', 'm1'));
  await engine.runOnce();
}

async function pauseAndCancel(engine: Engine): Promise<void> {
  const { webhooks } = engine;
  const { id } = await engine.endpoint('paused', '/paused');
  await webhooks.endpoints.pause('paused', id);
  await engine.publish(delivered('paused', 'm1'));
  await engine.runOnce();
  const [waiting] = await engine.deliveries('paused');
  await webhooks.deliveries.cancel('paused', waiting!.id);
  await webhooks.endpoints.resume('paused', id);
}

/** The first worker's request hangs until the second worker has taken the delivery over and sent it. */
async function loseLease(engine: Engine): Promise<void> {
  const gate = new Gate(answer(200));
  engine.receiver.on('/lost', inSequence(gate.behaviour, answer(204)));
  await engine.endpoint('lost', '/lost');
  await engine.publish(delivered('lost', 'm1'));
  const running = engine.runOnce();
  await engine.receiver.arrived(1, '/lost');
  engine.advance(LEASE_OVER_MS);
  await engine.workers[1]!.webhooks.runOnce();
  gate.open();
  await running;
}
