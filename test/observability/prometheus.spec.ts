import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Registry } from 'prom-client';
import { prometheus } from 'nestjs-sms-webhooks/prometheus';
import { delivered, useEngine } from '../engine/support/engine.js';
import { MetricsFeed } from '../../libs/webhooks/src/engine/metrics-feed.js';
import { createInstruments } from '../../libs/webhooks/src/observability/metrics/instruments.js';
import type {
  Measure,
  MetricInstrument,
} from '../../libs/webhooks/src/observability/metrics/metrics-sink.js';
import { scrape, valuesOf } from './exposition.js';
import { makeTraffic } from './traffic.js';

const registry = new Registry();
const PLANS: Record<string, string> = { fine: 'gold' };

describe('Metrics in Prometheus', () => {
  // Both workers are in this process: they share the metrics of the registry.
  const engine = useEngine({
    workers: 2,
    options: {
      delivery: { retry: { schedule: [1000], jitter: 0 } },
      observability: {
        ...prometheus({ registry }),
        labels: { plan: ({ tenantId }) => PLANS[tenantId] ?? 'free' },
      },
    },
  });
  afterEach(() => registry.resetMetrics());

  it('count events, attempts, ended deliveries, lost leases, changes of endpoints, and alerts', async () => {
    await makeTraffic(engine());
    const samples = await scrape(registry);
    const of = (metric: string) => valuesOf(samples, metric);

    expect(of('webhooks_events_published_total')).toEqual({
      'webhooks_event_type=message.delivered': 14,
      'webhooks_event_type=webhook.test': 2,
    });
    expect(of('webhooks_events_relayed_total')).toEqual({ '': 15 });
    expect(of('webhooks_deliveries_created_total')).toEqual({
      'webhooks_event_type=message.delivered': 13,
      'webhooks_event_type=webhook.test': 2,
    });
    expect(of('webhooks_delivery_attempts_total')).toEqual({
      'outcome=success plan=gold trigger=auto': 3,
      'outcome=success plan=gold trigger=test': 1,
      'error_type=connect outcome=failure plan=free trigger=auto': 1,
      'error_type=http_5xx outcome=failure plan=free trigger=auto': 6,
      'error_type=http_4xx outcome=failure plan=free trigger=auto': 2,
      'error_type=http_3xx outcome=failure plan=free trigger=manual': 2,
      'outcome=success plan=free trigger=auto': 3,
    });
    expect(of('webhooks_deliveries_finished_total')).toMatchObject({
      'plan=gold result=delivered': 4,
      'result=cancelled': 1,
    });
    expect(of('webhooks_leases_lost_total')).toEqual({ '': 1 });
    expect(of('webhooks_endpoint_state_changes_total')).toEqual({
      'to=failing': 1,
      'to=healthy': 1,
      'reason=endpoint-gone to=disabled': 1,
      'to=paused': 1,
      'to=active': 1,
    });
    expect(of('webhooks_alerts_total')).toMatchObject({ 'kind=endpoint.failing result=sent': 1 });
    expect(of('webhooks_queue_depth')).toEqual({ 'state=unrelayed': 1 });
    expect(of('webhooks_queue_oldest_due_age_seconds')['']).toBeGreaterThanOrEqual(90);
  });

  it('measure the times from the publication to the first attempt and to the success', async () => {
    await engine().endpoint('slow', '/slow');
    await engine().publish(delivered('slow', 'm1'));
    engine().advance(40_000);
    await engine().runOnce();
    const samples = await scrape(registry);
    const bucketsOf = (metric: string) =>
      samples
        .filter(({ name, value }) => name === `${metric}_bucket` && value === 1)
        .map(({ labels }) => labels.le);
    expect(bucketsOf('webhooks_delivery_first_attempt_delay_seconds')[0]).toBe('60');
    expect(bucketsOf('webhooks_delivery_latency_seconds')[0]).toBe('60');
    expect(Number(bucketsOf('webhooks_delivery_attempt_duration_seconds')[0])).toBeLessThan(40);
  });

  it('show how long deliveries wait for a worker, but not how long they wait for a limit of their endpoint', async () => {
    const { id } = await engine().endpoint('limited', '/limited', { maxThroughputPerMinute: 1 });
    await engine().publish(...Array.from({ length: 5 }, (_, i) => delivered('limited', `m${i}`)));
    for (let minute = 0; minute < 3; minute++, engine().advance(61_000)) await engine().runOnce();
    const feed = engine().first.module.get(MetricsFeed, { strict: false });
    await feed.read();
    const { lagMs, waitMs } = await engine().webhooks.stats();
    expect(lagMs).toBeGreaterThan(120_000);
    expect(waitMs).toBeLessThan(60_000);
    const limited = valuesOf(await scrape(registry), 'webhooks_queue_oldest_due_age_seconds');
    expect(limited['']).toBeLessThan(60);

    engine().advance(600_000);
    await feed.read();
    const late = valuesOf(await scrape(registry), 'webhooks_queue_oldest_due_age_seconds');
    expect(late['']).toBeGreaterThanOrEqual(600);
    await engine().webhooks.endpoints.delete('limited', id);
  });

  it('count all unknown types under one name', async () => {
    const worker = await engine().addWorker({
      options: {
        allowUnknownEventTypes: true,
        observability: prometheus({ registry }),
      },
    });
    await worker.dataSource.transaction((tx) =>
      worker.webhooks.publish(tx, {
        type: 'order.made' as 'webhook.test',
        tenantId: 'a',
        data: { message: '' },
      }),
    );
    await engine().runOnce();
    await worker.close();
    engine().workers.pop();
    expect(valuesOf(await scrape(registry), 'webhooks_events_published_total')).toEqual({
      'webhooks_event_type=other': 1,
    });
  });
});

describe('docs/observability.md', () => {
  it('lists each metric with its kind and labels, and lists no other metric', () => {
    const declared: string[] = [];
    const declare =
      (kind: string) =>
      ({ name, unit, labels }: MetricInstrument): Measure => {
        declared.push([name, unit === 's' ? `${kind}, s` : kind, ...labels].join(' '));
        return () => undefined;
      };
    const sink = { counter: declare('counter'), histogram: declare('histogram'), gauge: declare('gauge') };
    createInstruments(sink, [], () => undefined);
    const page = readFileSync(resolve(__dirname, '../../docs/observability.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(webhooks\.\S+)` +\| (\S.*?) +\| (.*?) *\|/gm)];
    const documented = rows.map(([, name, kind, labels]) =>
      [name, kind, ...[...labels!.matchAll(/`(.*?)`/g)].map(([, label]) => label)].join(' '),
    );
    expect(documented.toSorted()).toEqual(declared.toSorted());
  });
});

describe('A metrics sink and labels that fail', () => {
  const engine = useEngine({
    options: {
      observability: {
        metrics: {
          counter: () => () => {
            throw new Error('the sink is full');
          },
          histogram: () => () => undefined,
          gauge: () => () => undefined,
        },
        labels: {
          plan: () => {
            throw new Error('there is no plan');
          },
        },
      },
    },
  });

  it('are each logged once, and delay no delivery', async () => {
    await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'), delivered('a', 'm2'));
    expect(await engine().runOnce()).toMatchObject({ delivered: 2 });
    expect(engine().log.errors.splice(0)).toEqual([
      'observability.metrics threw, so figures are missing: the sink is full',
      'observability.labels threw, so figures are missing: there is no plan',
    ]);
  });
});
