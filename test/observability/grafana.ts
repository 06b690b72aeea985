import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const PAGES = resolve(__dirname, '../../docs/observability');

interface Panel {
  title: string;
  targets: { expr: string; legendFormat: string }[];
}

/** A query of the dashboard, with Grafana's variables filled in. */
export interface Query {
  panel: string;
  expr: string;
  legend: string;
}

export function dashboardQueries(): Query[] {
  const dashboard = JSON.parse(readFileSync(resolve(PAGES, 'grafana.json'), 'utf8')) as { panels: Panel[] };
  return dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }) => ({
      panel: title,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*'),
      legend: legendFormat,
    })),
  );
}

/** Returns the `expr` of each rule. In another test, promtool checks that the file is well-formed. */
export function ruleExpressions(): string[] {
  const text = readFileSync(resolve(PAGES, 'alerts.yml'), 'utf8');
  return text
    .split(/^ {6}- alert: /m)
    .slice(1)
    .map((rule) => /^ {8}expr: (?:>-\n)?((?:.*\n)+?) {8}(?:for|labels):/m.exec(rule)![1]!);
}
