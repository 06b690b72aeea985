import { register, type Registry } from 'prom-client';
import type { MetricsSink } from '../observability/metrics/metrics-sink.js';
import { RegistrySink } from './registry-sink.js';

export interface PrometheusOptions {
  /** Default: the default registry of prom-client. */
  registry?: Registry;
}

/**
 * Metrics through `prom-client`: `observability: prometheus()`. The host serves the registry as it does now, for example
 * with `register.metrics()` at `/metrics`.
 */
export function prometheus({ registry = register }: PrometheusOptions = {}): { metrics: MetricsSink } {
  return { metrics: new RegistrySink(registry) };
}
