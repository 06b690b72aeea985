import type { Provider } from '@nestjs/common';
import { AlertSender } from '../alerts/alert-sender.js';
import { CaptureRegistry } from '../capture/capture-registry.js';
import { CaptureRelay } from '../capture/capture-relay.js';
import { WEBHOOKS_OPTIONS } from '../config/options.js';
import { resolveSettings } from '../config/resolve-settings.js';
import { type Settings, SETTINGS } from '../config/settings.js';
import { CAPTURED_CHANGES } from '../engine/captured-changes.js';
import { DeepScan } from '../engine/claim/deep-scan.js';
import { LaneClaimer } from '../engine/claim/lane-claimer.js';
import { Leases } from '../engine/claim/leases.js';
import { DestinationReader } from '../engine/destinations/destination-reader.js';
import { Dispatcher } from '../engine/dispatcher.js';
import { FailingEndpoints } from '../engine/maintenance/failing-endpoints.js';
import { Maintenance } from '../engine/maintenance/maintenance.js';
import { PausedBacklogs } from '../engine/maintenance/paused-backlogs.js';
import { Retention } from '../engine/maintenance/retention.js';
import { MetricsFeed } from '../engine/metrics-feed.js';
import { PendingWork } from '../engine/pending-work.js';
import { Pipeline } from '../engine/pipeline.js';
import { FigureWriter } from '../engine/maintenance/figure-writer.js';
import { EndpointFigures } from '../engine/record/endpoint-figures.js';
import { OutcomeReporter } from '../engine/record/outcome-reporter.js';
import { CallbackDestinations } from '../engine/relay/callback-destinations.js';
import { Relay } from '../engine/relay/relay.js';
import { JobRunner } from '../engine/replay/job-runner.js';
import { ReplayReader } from '../engine/replay/replay-reader.js';
import { RunOnce } from '../engine/run-once.js';
import { MAX_WITHOUT_SLOT_PER_SLOT } from '../engine/schedule/lane-scheduler.js';
import { Readiness } from '../engine/readiness.js';
import { Sender } from '../engine/send/sender.js';
import { Worker } from '../engine/worker.js';
import { createTransport } from '../http/client/create-transport.js';
import { catalogue } from '../events/catalogue/catalogue.js';
import { URL_POLICY, UrlPolicy } from '../http/policy/url-policy.js';
import { TRANSPORT } from '../http/transport.js';
import { DeliveryEvents } from '../observability/delivery-events.js';
import { HealthCheck } from '../observability/health.js';
import { WebhookMetrics } from '../observability/metrics/webhook-metrics.js';
import { HealthReporter } from '../operator/health-report.js';
import { StatsReader } from '../operator/stats.js';
import { Outbox } from '../outbox/outbox.js';
import { createSecretBox } from '../secrets/create-secret-box.js';
import { SECRET_BOX } from '../secrets/secret-box.js';
import { Session } from '../store/postgres/connection/session.js';
import { createPostgresStore, createSession } from '../store/postgres/create-postgres-store.js';
import { DATA_SOURCE, STORE, type Store } from '../store/store.js';
import { StartupCheck } from './startup-check.js';

/** What all parts of the module share: settings, store, secrets, HTTP. */
export const baseProviders: Provider[] = [
  { provide: SETTINGS, useFactory: resolveSettings, inject: [WEBHOOKS_OPTIONS] },
  { provide: Session, useFactory: createSession, inject: [DATA_SOURCE] },
  { provide: STORE, useFactory: createPostgresStore, inject: [Session] },
  { provide: SECRET_BOX, useFactory: createSecretBox, inject: [SETTINGS] },
  { provide: URL_POLICY, useFactory: (settings: Settings) => new UrlPolicy(settings), inject: [SETTINGS] },
  { provide: TRANSPORT, useFactory: createGuardedTransport, inject: [SETTINGS] },
  { provide: WebhookMetrics, useFactory: createMetrics, inject: [SETTINGS] },
  Readiness,
  CaptureRegistry,
  StartupCheck,
];

/** The engine: relay, claim, send, record, maintenance. */
export const engineProviders: Provider[] = [
  Outbox,
  CaptureRelay,
  { provide: CAPTURED_CHANGES, useExisting: CaptureRelay },
  CallbackDestinations,
  Relay,
  LaneClaimer,
  DeepScan,
  DestinationReader,
  Dispatcher,
  Sender,
  Leases,
  EndpointFigures,
  FigureWriter,
  OutcomeReporter,
  DeliveryEvents,
  {
    provide: AlertSender,
    useFactory: (store: Store, { alertChannels, endpointUrl }: Settings, metrics: WebhookMetrics) =>
      new AlertSender(store, {
        channels: alertChannels,
        endpointUrl,
        onTried: (kind, result) => metrics.alert(kind, result),
      }),
    inject: [STORE, SETTINGS, WebhookMetrics],
  },
  HealthCheck,
  ReplayReader,
  JobRunner,
  FailingEndpoints,
  PausedBacklogs,
  Retention,
  Maintenance,
  StatsReader,
  HealthReporter,
  PendingWork,
  Pipeline,
  RunOnce,
  Worker,
  MetricsFeed,
];

function createMetrics({ metrics, metricLabels, eventTypes }: Settings): WebhookMetrics {
  const knownTypes = new Set([...catalogue, ...eventTypes].map(({ name }) => name));
  return new WebhookMetrics({ sink: metrics, labels: metricLabels, knownTypes });
}

function createGuardedTransport(settings: Settings): ReturnType<typeof createTransport> {
  const { allowHttp, allowedAddresses, allowedHosts, nat64Prefixes, allowedPorts } = settings;
  const { lookup, ca, proxy, axios, slots } = settings;
  const maxInFlight = slots * (1 + MAX_WITHOUT_SLOT_PER_SLOT);
  const guarded = {
    allowHttp,
    allowedAddresses,
    allowedHosts,
    nat64Prefixes,
    allowedPorts,
    lookup,
    ca,
    proxy,
    // All requests of a worker, hanging ones included, may go to one origin. The scheduler limits requests, so the pool
    // must not limit them.
    connectionsPerOrigin: Math.max(64, maxInFlight),
    maxConnections: Math.max(512, maxInFlight + slots),
  };
  return settings.transport === 'undici'
    ? createTransport({ kind: 'undici', ...guarded })
    : createTransport({ kind: 'axios', ...guarded, axios });
}
