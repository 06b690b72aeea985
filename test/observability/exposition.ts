import type { Registry } from 'prom-client';

/** One line of what Prometheus scrapes. */
export interface Sample {
  /** The name of a histogram ends in `_bucket`, `_sum` or `_count`. */
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/;

/** What Prometheus would scrape now. */
export async function scrape(registry: Registry): Promise<Sample[]> {
  const scraped = await registry.metrics();
  return scraped
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = LINE.exec(line)!;
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]);
      return {
        name: name!,
        labels: Object.fromEntries(pairs) as Record<string, string>,
        value: Number(value),
      };
    });
}

/** The non-zero values of one metric by their labels, such as `outcome=success trigger=auto`. */
export function valuesOf(samples: readonly Sample[], metric: string): Record<string, number> {
  const found = samples.filter(({ name, value }) => name === metric && value !== 0);
  return Object.fromEntries(found.map(({ labels, value }) => [describe(labels), value]));
}

function describe(labels: Record<string, string>): string {
  return Object.entries(labels)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
