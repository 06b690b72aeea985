import type { Measure, MetricHistogram, MetricInstrument, MetricsSink } from './metrics-sink.js';

const EVENT_TYPE = 'webhooks.event.type';

/** Buckets (s) for the duration of one request. */
const REQUEST_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 15, 30, 60,
];
/** Buckets (s) for the time since publication. Retries can take three days. */
const LATENCY_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400, 259_200];
/** Buckets (s) for the duration of one claim. */
const CLAIM_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

const instrument = (
  name: string,
  unit: string,
  labels: readonly string[],
  description: string,
): MetricInstrument => ({ name: `webhooks.${name}`, unit, labels, description });

const COUNTERS = {
  published: instrument(
    'events.published',
    '{event}',
    [EVENT_TYPE],
    'Events whose transaction has committed.',
  ),
  relayed: instrument('events.relayed', '{event}', [], 'Events that were turned into deliveries.'),
  created: instrument(
    'deliveries.created',
    '{delivery}',
    [EVENT_TYPE],
    'Deliveries that were created for events.',
  ),
  attempts: instrument(
    'delivery.attempts',
    '{attempt}',
    ['outcome', 'error.type', 'trigger'],
    'Requests that were made, by outcome, kind of failure and trigger.',
  ),
  finished: instrument(
    'deliveries.finished',
    '{delivery}',
    ['result'],
    'Deliveries that ended, by result: delivered, exhausted, discarded or cancelled.',
  ),
  leasesLost: instrument(
    'leases.lost',
    '{delivery}',
    [],
    'Outcomes that were not recorded, because the lease on the delivery had ended.',
  ),
  rescued: instrument(
    'leases.rescued',
    '{delivery}',
    [],
    'Deliveries that were taken back from workers that stopped without releasing them.',
  ),
  claimed: instrument(
    'dispatcher.claimed',
    '{delivery}',
    [],
    'Deliveries that were claimed from their queues.',
  ),
  stateChanges: instrument(
    'endpoint.state_changes',
    '{change}',
    ['to', 'reason'],
    'Endpoints that fail, have recovered, or were paused, resumed, disabled or deleted.',
  ),
  alerts: instrument('alerts', '{alert}', ['kind', 'result'], 'Alerts: sent, failed (retried) or given up.'),
} as const satisfies Record<string, MetricInstrument>;

const HISTOGRAMS = {
  attemptDuration: {
    ...instrument(
      'delivery.attempt.duration',
      's',
      ['outcome'],
      'Time from the request to the response head.',
    ),
    buckets: REQUEST_BUCKETS,
  },
  firstAttempt: {
    ...instrument('delivery.first_attempt.delay', 's', [], 'Time from the publication to the first request.'),
    buckets: LATENCY_BUCKETS,
  },
  latency: {
    ...instrument('delivery.latency', 's', [EVENT_TYPE], 'Time from the publication to the success.'),
    buckets: LATENCY_BUCKETS,
  },
  claimDuration: {
    ...instrument(
      'dispatcher.claim.duration',
      's',
      [],
      'Time that a claim of deliveries takes in the database.',
    ),
    buckets: CLAIM_BUCKETS,
  },
} as const satisfies Record<string, MetricHistogram>;

const GAUGES = {
  depth: instrument(
    'queue.depth',
    '{item}',
    ['state'],
    'Events that wait for the relay (unrelayed) and deliveries that are due (due), counted up to 10,000. The same in each process.',
  ),
  oldestDue: instrument(
    'queue.oldest_due.age',
    's',
    [],
    'How long the oldest event, or the endpoint that has been due for longest, has waited for a worker. The same in each process.',
  ),
  inFlight: instrument('requests.in_flight', '{request}', [], 'Requests in flight in this process.'),
  pollAge: instrument(
    'worker.poll.age',
    's',
    [],
    'Time since the worker of this process last completed a step of its loop. Only in processes whose worker runs.',
  ),
} as const satisfies Record<string, MetricInstrument>;

/** Metrics about one delivery. The host may add labels of its own to these. */
const OF_A_DELIVERY: readonly string[] = [
  'attempts',
  'finished',
  'attemptDuration',
  'firstAttempt',
  'latency',
];

type Name = keyof typeof COUNTERS | keyof typeof HISTOGRAMS | keyof typeof GAUGES;

/** One function for each instrument. */
export type Instruments = Readonly<Record<Name, Measure>>;

/**
 * Creates all instruments in `sink`. Those about one delivery also get `ownLabels`. If the sink throws at a
 * measurement, calls `onError`, because the measured code must not fail.
 */
export function createInstruments(
  sink: MetricsSink,
  ownLabels: readonly string[],
  onError: (error: Error) => void,
): Instruments {
  const created: Partial<Record<string, Measure>> = {};
  const guarded =
    (measure: Measure): Measure =>
    (value, labels) => {
      try {
        measure(value, labels);
      } catch (error) {
        onError(error as Error);
      }
    };
  const withOwn = <T extends MetricInstrument>(name: string, each: T): T =>
    OF_A_DELIVERY.includes(name) ? { ...each, labels: [...each.labels, ...ownLabels] } : each;
  for (const [name, each] of Object.entries(COUNTERS))
    created[name] = guarded(sink.counter(withOwn(name, each)));
  for (const [name, each] of Object.entries(HISTOGRAMS))
    created[name] = guarded(sink.histogram(withOwn(name, each)));
  for (const [name, each] of Object.entries(GAUGES)) created[name] = guarded(sink.gauge(withOwn(name, each)));
  return created as Instruments;
}
