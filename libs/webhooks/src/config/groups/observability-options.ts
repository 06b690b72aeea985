import type { DeliveryLabels } from '../../observability/metrics/webhook-metrics.js';
import type { MetricsSink } from '../../observability/metrics/metrics-sink.js';
import type { TraceSink } from '../../observability/tracing/trace-sink.js';
import { type Check, flag, mustBe, value, wholeNumber } from '../checks.js';
import { Option } from '../option.js';

const MINUTE_MS = 60_000;
/** Names that OpenTelemetry accepts, and that Prometheus accepts if dots are replaced by underscores. */
const LABEL_NAME = /^[a-zA-Z][a-zA-Z0-9_.]{0,63}$/;
/** Names of the module's own labels. */
const OWN_LABELS = ['outcome', 'error.type', 'trigger', 'result', 'webhooks.event.type', 'le'];

const hasMethods =
  (...names: string[]) =>
  (given: unknown): boolean =>
    names.every((name) => typeof (given as Record<string, unknown> | null)?.[name] === 'function');

const deliveryLabels: Check<DeliveryLabels> = (given, option) => {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw mustBe(
      option,
      given,
      'an object of functions, such as { plan: ({ tenantId }) => planOf(tenantId) }',
    );
  const taken = new Set(OWN_LABELS.map(underscored));
  for (const [name, valueOf] of Object.entries(given)) {
    if (!LABEL_NAME.test(name) || taken.has(underscored(name)))
      throw mustBe(
        `${option}.${name}`,
        name,
        `a unique name of letters, digits, underscores and dots, other than ${OWN_LABELS.join(', ')}`,
      );
    if (typeof valueOf !== 'function')
      throw mustBe(`${option}.${name}`, valueOf, 'a function of the delivery');
    taken.add(underscored(name));
  }
  return given as DeliveryLabels;
};

function underscored(name: string): string {
  return name.replaceAll('.', '_');
}

/** Metrics and traces. Default: none. */
export class ObservabilityOptions {
  /**
   * Where metrics go: `openTelemetry().metrics` of `nestjs-sms-webhooks/opentelemetry`, `prometheus().metrics` of
   * `nestjs-sms-webhooks/prometheus`, or your own. Default: nowhere.
   */
  @Option(
    value(
      hasMethods('counter', 'histogram', 'gauge'),
      'an object with the methods counter, histogram and gauge, such as prometheus().metrics',
    ),
  )
  metrics?: MetricsSink;
  /** Where spans go: `openTelemetry().traces` of `nestjs-sms-webhooks/opentelemetry`, or your own. Default: nowhere. */
  @Option(
    value(
      hasMethods('publish', 'deliver'),
      'an object with the methods publish and deliver, such as openTelemetry().traces',
    ),
  )
  traces?: TraceSink;
  /**
   * Additional labels of metrics about deliveries, such as `{ plan: ({ tenantId }) => planOf(tenantId) }`. Each combination of
   * values is a series of its own in memory, so return one of a few values, never an id. Default none.
   */
  @Option(deliveryLabels) labels?: DeliveryLabels = {};
  /** Time (ms) between two reads of the queue's figures. Each read is one query. Default 15 s. */
  @Option(wholeNumber(1000, 60 * MINUTE_MS)) gaugeIntervalMs?: number = 15_000;
  /**
   * Send the trace context of each attempt to the receiver, as the header `traceparent`. The header is not signed.
   * Needs `traces`. Default false.
   */
  @Option(flag) sendTraceparent?: boolean = false;
}
