import type { MetricInstrument } from '../observability/metrics/metrics-sink.js';

/**
 * Returns the name that OpenTelemetry's exporters give the same instrument in Prometheus: dots become underscores, and
 * seconds and sums get a suffix. So the same dashboards and alert rules work with OpenTelemetry and with prom-client.
 */
export function metricName({ name, unit }: MetricInstrument, suffix?: 'total'): string {
  const parts = [labelName(name)];
  if (unit === 's') parts.push('seconds');
  if (suffix) parts.push(suffix);
  return parts.join('_');
}

const plainNames = new Map<string, string>();

/** Cached, because there are few names and each measurement needs them. */
export function labelName(name: string): string {
  let plain = plainNames.get(name);
  if (plain === undefined) plainNames.set(name, (plain = name.replaceAll('.', '_')));
  return plain;
}
