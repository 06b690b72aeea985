/** Values of labels by name. A label that is left out has no value. */
export type MetricLabels = Readonly<Record<string, string>>;

/** What is measured, in the terms of OpenTelemetry. */
export interface MetricInstrument {
  /** Dotted, such as `webhooks.delivery.attempts`. */
  name: string;
  /** One sentence. */
  description: string;
  /** `s` for seconds; `{attempt}` and the like count things. */
  unit: string;
  /** Names of all labels that a measurement may have. */
  labels: readonly string[];
}

export interface MetricHistogram extends MetricInstrument {
  /** Upper bounds of the buckets, in `unit`. */
  buckets: readonly number[];
}

/** Takes one measurement. It must not throw, and must not keep `labels`. */
export type Measure = (value: number, labels: MetricLabels) => void;

/**
 * Where metrics go: `openTelemetry()` of `nestjs-sms-webhooks/opentelemetry`, `prometheus()` of
 * `nestjs-sms-webhooks/prometheus`, or your own. When the module starts, it calls one of the methods for each instrument.
 */
export interface MetricsSink {
  /** Returns a function that adds a number to a sum that only grows. */
  counter(instrument: MetricInstrument): Measure;
  /** Returns a function that adds one value to a distribution. */
  histogram(instrument: MetricHistogram): Measure;
  /** Returns a function that sets the current value. */
  gauge(instrument: MetricInstrument): Measure;
}
