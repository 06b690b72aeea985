import { type MeterProvider, metrics, ValueType } from '@opentelemetry/api';
import type {
  Measure,
  MetricHistogram,
  MetricInstrument,
  MetricsSink,
} from '../observability/metrics/metrics-sink.js';
import { SCOPE } from './scope.js';

/** Metrics as instruments of OpenTelemetry. Without an SDK, they do nothing. */
export class MeterSink implements MetricsSink {
  constructor(private readonly provider: MeterProvider | undefined) {}

  counter(instrument: MetricInstrument): Measure {
    const counter = this.meter.createCounter(instrument.name, {
      ...optionsOf(instrument),
      valueType: ValueType.INT,
    });
    return (value, labels) => counter.add(value, labels);
  }

  histogram(instrument: MetricHistogram): Measure {
    const histogram = this.meter.createHistogram(instrument.name, {
      ...optionsOf(instrument),
      advice: { explicitBucketBoundaries: [...instrument.buckets] },
    });
    return (value, labels) => histogram.record(value, labels);
  }

  gauge(instrument: MetricInstrument): Measure {
    const gauge = this.meter.createGauge(instrument.name, optionsOf(instrument));
    return (value, labels) => gauge.record(value, labels);
  }

  /** The meter is read when the module starts, not in the constructor: the host may register its SDK in between. */
  private get meter() {
    return (this.provider ?? metrics).getMeter(SCOPE.name, SCOPE.version);
  }
}

const optionsOf = ({ description, unit }: MetricInstrument) => ({ description, unit });
