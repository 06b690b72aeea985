import type { MetricInstrument } from '../observability/metrics/metrics-sink.js';

/**
 * The names that exporters of OpenTelemetry give the same instruments in Prometheus: dots become underscores, seconds and
 * sums have a suffix. So dashboards and alert rules fit either way of collecting them.
 */
export function metricName({ name, unit }: MetricInstrument, suffix?: 'total'): string {
  const parts = [labelName(name)];
  if (unit === 's') parts.push('seconds');
  if (suffix) parts.push(suffix);
  return parts.join('_');
}

const plainNames = new Map<string, string>();

/** Remembered: there are few, and they are needed for each measurement. */
export function labelName(name: string): string {
  let plain = plainNames.get(name);
  if (plain === undefined) plainNames.set(name, (plain = name.replaceAll('.', '_')));
  return plain;
}
