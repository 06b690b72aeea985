import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { MetricsSink } from '../observability/metrics/metrics-sink.js';
import type { TraceSink } from '../observability/tracing/trace-sink.js';
import { MeterSink } from './meter-sink.js';
import { TracerSink } from './tracer-sink.js';

/** Options for hosts with several SDKs. */
export interface OpenTelemetryOptions {
  /** Default: the global provider. */
  meterProvider?: MeterProvider;
  /** Default: the global provider. */
  tracerProvider?: TracerProvider;
}

/**
 * Metrics and traces through `@opentelemetry/api`: `observability: openTelemetry()`. The SDK is the host's, and must be
 * registered before the app is created, as for any instrumentation. Without an SDK, both do nothing.
 */
export function openTelemetry({ meterProvider, tracerProvider }: OpenTelemetryOptions = {}): {
  metrics: MetricsSink;
  traces: TraceSink;
} {
  return { metrics: new MeterSink(meterProvider), traces: new TracerSink(tracerProvider) };
}
