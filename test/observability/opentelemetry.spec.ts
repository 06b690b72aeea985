import { metrics, SpanKind, trace } from '@opentelemetry/api';
import type { DataSource } from 'typeorm';
import { openTelemetry } from 'nestjs-sms-webhooks/opentelemetry';
import { createWebhooks, type Webhooks } from 'nestjs-sms-webhooks/express';
import { useEngine } from '../engine/support/engine.js';
import { Receiver } from '../engine/support/receiver.js';
import { options, publish } from '../express/host.js';
import { given } from '../host/support/app.js';
import { createMigratedDatabase } from '../support/migrated-database.js';
import type { TestDatabase } from '../support/database.js';
import { Telemetry } from './telemetry.js';
import { makeTraffic } from './traffic.js';

const telemetry = new Telemetry();
afterAll(() => telemetry.close());

describe('Metrics in OpenTelemetry', () => {
  const engine = useEngine({
    workers: 2,
    options: {
      delivery: { retry: { schedule: [1000], jitter: 0 } },
      observability: { metrics: openTelemetry(telemetry).metrics },
    },
  });

  it('have the declared scope, names, units, labels and buckets', async () => {
    await makeTraffic(engine());
    const measured = await telemetry.measured();
    const byName = new Map(measured.map((metric) => [metric.name, metric]));
    expect(new Set(measured.map(({ scope }) => `${scope.name} ${scope.version}`))).toEqual(
      new Set(['nestjs-sms-webhooks 0.1.0']),
    );
    const attempts = byName.get('webhooks.delivery.attempts')!;
    expect(attempts.unit).toBe('{attempt}');
    const points = attempts.dataPoints.map(({ attributes, value }) => ({ ...attributes, value }));
    expect(points).toContainEqual({ outcome: 'success', trigger: 'test', value: 1 });
    expect(points).toContainEqual({
      outcome: 'failure',
      'error.type': 'connect',
      trigger: 'auto',
      value: 1,
    });
    const duration = byName.get('webhooks.delivery.attempt.duration')!;
    expect(duration.unit).toBe('s');
    const histogram = duration.dataPoints[0]!.value as { buckets: { boundaries: number[] } };
    expect(histogram.buckets.boundaries.at(-1)).toBe(60);
    const depth = byName.get('webhooks.queue.depth')!.dataPoints;
    expect(depth.map(({ attributes }) => attributes.state)).toContain('unrelayed');
  });
});

describe('Without an SDK,', () => {
  const engine = useEngine({ options: { observability: openTelemetry() } });

  it('nothing is measured, no trace context is stored, and events are still sent', async () => {
    await engine().endpoint('a', '/a');
    await engine().publish({ type: 'webhook.test', tenantId: 'a', data: { message: 'hello' } });
    expect(await engine().query('select traceparent from $events')).toEqual([{ traceparent: null }]);
    expect(await engine().runOnce()).toMatchObject({ delivered: 1 });
  });
});

describe('In plain Express, with an SDK that is registered globally,', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let receiver: Receiver;
  let webhooks: Webhooks;
  const global = new Telemetry();

  beforeAll(async () => {
    metrics.setGlobalMeterProvider(global.meterProvider);
    trace.setGlobalTracerProvider(global.tracerProvider);
    database = await createMigratedDatabase();
    [dataSource, receiver] = await Promise.all([given(database.url), Receiver.start()]);
    webhooks = await createWebhooks({ ...options(dataSource), observability: openTelemetry() });
  });
  afterAll(async () => {
    await webhooks.close();
    await dataSource.destroy();
    await Promise.all([receiver.close(), database.drop(), global.close()]);
    metrics.disable();
    trace.disable();
  });

  it('one option turns on metrics and traces', async () => {
    await webhooks.endpoints.create('a', { url: receiver.url('/a'), events: ['*'] });
    await publish(dataSource, webhooks, 'm1');
    await webhooks.worker.runOnce();
    const measured = await global.measured();
    const sumOf = (name: string) =>
      measured.find((metric) => metric.name === name)?.dataPoints.map(({ value }) => value);
    expect(sumOf('webhooks.events.published')).toEqual([1]);
    expect(sumOf('webhooks.delivery.attempts')).toEqual([1]);
    const [published] = global.spans(SpanKind.PRODUCER);
    const [attempt] = global.spans(SpanKind.CONSUMER);
    expect(attempt!.links[0]!.context.spanId).toBe(published!.spanContext().spanId);
  });
});
