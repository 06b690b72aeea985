import { context, type HrTime, SpanKind } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** OpenTelemetry's SDK, set up as in a host, but with everything in memory. */
export class Telemetry {
  private readonly metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  private readonly exporter = new InMemorySpanExporter();
  private readonly contexts = new AsyncLocalStorageContextManager().enable();
  readonly meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: this.metrics, exportIntervalMillis: 3_600_000 })],
  });
  readonly tracerProvider: BasicTracerProvider;

  constructor(sampler?: Sampler) {
    const spanProcessors = [new SimpleSpanProcessor(this.exporter)];
    this.tracerProvider = new BasicTracerProvider({ sampler, spanProcessors });
    context.setGlobalContextManager(this.contexts);
  }

  /** Ended spans of one kind, oldest first. */
  spans(kind: SpanKind): ReadableSpan[] {
    const started = ({ startTime: [s, ns] }: { startTime: HrTime }): number => s * 1e9 + ns;
    return this.exporter
      .getFinishedSpans()
      .filter((span) => span.kind === kind)
      .toSorted((a, b) => started(a) - started(b));
  }

  /** Returns all metrics that have been measured, with their data points. */
  async measured() {
    this.metrics.reset();
    await this.meterProvider.forceFlush();
    const [exported] = this.metrics.getMetrics();
    return (exported?.scopeMetrics ?? []).flatMap(({ scope, metrics }) =>
      metrics.map(({ descriptor, dataPoints }) => ({ scope, ...descriptor, dataPoints })),
    );
  }

  clear(): void {
    this.exporter.reset();
  }

  async close(): Promise<void> {
    await Promise.all([this.meterProvider.shutdown(), this.tracerProvider.shutdown()]);
    context.disable();
  }
}
