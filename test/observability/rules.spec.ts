import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Registry } from 'prom-client';
import { prometheus } from 'nestjs-sms-webhooks/prometheus';
import { callbackChannel } from 'nestjs-sms-webhooks';
import { Engine } from '../engine/support/engine.js';
import { type Sample, scrape } from './exposition.js';
import { dashboardQueries, PAGES, ruleExpressions } from './grafana.js';
import { makeTraffic } from './traffic.js';

const run = promisify(execFile);
const hasPromtool = (process.env.PATH ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, 'promtool')));
const withPromtool = hasPromtool ? it : it.skip;

const HOUR_MS = 3_600_000;

/** Labels that Prometheus adds to what it scrapes. */
const OF_THE_TARGET = ['job', 'instance'];

describe('The dashboard and the alert rules', () => {
  const registry = new Registry();
  let samples: Sample[];

  // Two workers deliver on demand, and a third worker polls, so that every metric has a value.
  beforeAll(async () => {
    const options = {
      delivery: { retry: { schedule: [1000], jitter: 0 } },
      observability: prometheus({ registry }),
      alerts: { channels: [callbackChannel(() => Promise.reject(new Error('no mail server')))] },
    };
    const engine = await Engine.start({ workers: 2, options });
    try {
      await makeTraffic(engine);
      // Long enough for all tries of the alerts. Each try fails.
      for (let i = 0; i < 9; i++, engine.advance(15 * HOUR_MS)) await engine.runOnce();
      await engine.addWorker({ role: 'all' });
    } finally {
      await engine.close();
    }
    samples = await scrape(registry);
  });

  it('use only metrics, labels and values that real traffic has', () => {
    const values = new Map<string, Set<string>>();
    for (const { name, labels } of samples)
      for (const [label, value] of [['', ''], ...Object.entries(labels)] as [string, string][]) {
        const key = `${name} ${label}`;
        values.set(key, (values.get(key) ?? new Set()).add(value));
      }
    const unknown: string[] = [];
    for (const expr of [...dashboardQueries().map((query) => query.expr), ...ruleExpressions()]) {
      const metrics = [...expr.replaceAll(/\bby \(.*?\)/g, '').matchAll(/\b(webhooks_\w+)(?:\{(.*?)\})?/g)];
      expect(metrics.length).toBeGreaterThan(0);
      for (const [, metric, matchers = ''] of metrics) {
        if (!values.has(`${metric} `)) unknown.push(metric!);
        for (const [, label, value] of matchers.matchAll(/(\w+)\s*=~?\s*"(.*?)"/g)) {
          if (OF_THE_TARGET.includes(label!)) continue;
          const known = values.get(`${metric} ${label}`);
          for (const each of value!.split('|'))
            if (!known?.has(each)) unknown.push(`${metric}{${label}="${each}"}`);
        }
      }
      for (const [, list] of expr.matchAll(/\bby \((.*?)\)/g))
        for (const label of list!.split(/,\s*/))
          if (
            !OF_THE_TARGET.includes(label) &&
            !metrics.some(([, metric]) => values.has(`${metric} ${label}`))
          )
            unknown.push(`${metrics[0]![1]} by (${label})`);
    }
    expect(unknown).toEqual([]);
  });

  it('group each query by the labels that its legend shows', () => {
    const missing = dashboardQueries().flatMap(({ panel, expr, legend }) =>
      [...legend.matchAll(/\{\{(\w+)\}\}/g)]
        .filter(([, label]) => !new RegExp(`by \\(.*\\b${label}\\b.*\\)`).test(expr))
        .map(([, label]) => `${panel}: ${label}`),
    );
    expect(missing).toEqual([]);
  });

  withPromtool('pass promtool: the rules are valid, and fire when they should', async () => {
    expect((await run('promtool', ['check', 'rules', 'alerts.yml'], { cwd: PAGES })).stdout).toContain(
      'SUCCESS',
    );
    const { stdout } = await run('promtool', ['test', 'rules', 'alerts.test.yml'], { cwd: PAGES });
    expect(stdout).toContain('SUCCESS');
  });

  withPromtool(
    'show something in each panel: every query finds series among those of real traffic',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'webhooks-rules-'));
      try {
        const queries = dashboardQueries();
        const test = {
          rule_files: [],
          tests: [
            {
              interval: '1m',
              input_series: samples.map(toSeries),
              promql_expr_test: queries.map(({ expr }) => ({
                expr: `count((${expr})) > bool 0`,
                eval_time: '90m',
                exp_samples: [{ labels: '{}', value: 1 }],
              })),
            },
          ],
        };
        await writeFile(join(folder, 'queries.test.yml'), JSON.stringify(test));
        const { stdout } = await run('promtool', ['test', 'rules', 'queries.test.yml'], { cwd: folder });
        expect(stdout).toContain('SUCCESS');
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});

/** The series that Prometheus has after it has scraped the sample for 100 minutes, while the traffic continues. */
function toSeries({ name, labels, value }: Sample): { series: string; values: string } {
  const all = Object.entries({ job: 'app', instance: 'a', ...labels });
  const text = all.map(([label, each]) => `${label}=${JSON.stringify(each)}`).join(', ');
  return { series: `${name}{${text}}`, values: `0+${value}x100` };
}
