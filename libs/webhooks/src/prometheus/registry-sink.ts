import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type {
  Measure,
  MetricHistogram,
  MetricInstrument,
  MetricsSink,
} from '../observability/metrics/metrics-sink.js';
import { labelName, metricName } from './names.js';

/** Metrics in a registry of prom-client. Several modules on one registry share their metrics. */
export class RegistrySink implements MetricsSink {
  constructor(private readonly registry: Registry) {}

  counter(instrument: MetricInstrument): Measure {
    const configuration = this.configurationOf(instrument, 'total');
    const counter = this.find<Counter>(configuration.name) ?? new Counter(configuration);
    // Creates the series with the value `0`. Otherwise, Prometheus would not see the first increase.
    if (instrument.labels.length === 0) counter.inc(0);
    return (value, labels) => counter.inc(withPlainNames(labels), value);
  }

  histogram(instrument: MetricHistogram): Measure {
    const configuration = { ...this.configurationOf(instrument), buckets: [...instrument.buckets] };
    const histogram = this.find<Histogram>(configuration.name) ?? new Histogram(configuration);
    return (value, labels) => histogram.observe(withPlainNames(labels), value);
  }

  gauge(instrument: MetricInstrument): Measure {
    const configuration = this.configurationOf(instrument);
    const gauge = this.find<Gauge>(configuration.name) ?? new Gauge(configuration);
    return (value, labels) => gauge.set(withPlainNames(labels), value);
  }

  private configurationOf(instrument: MetricInstrument, suffix?: 'total') {
    return {
      name: metricName(instrument, suffix),
      help: instrument.description,
      labelNames: instrument.labels.map(labelName),
      registers: [this.registry],
    };
  }

  private find<T>(name: string): T | undefined {
    return this.registry.getSingleMetric(name) as T | undefined;
  }
}

/** prom-client allows no dots in names. */
function withPlainNames(labels: Readonly<Record<string, string>>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const name in labels) plain[labelName(name)] = labels[name]!;
  return plain;
}
