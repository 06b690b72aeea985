import type { AlertChannel } from '../alerts/alert-channel.js';
import type { CatalogueEntry } from '../events/catalogue/catalogue-entry.js';
import type { DeliveryLabels } from '../observability/metrics/webhook-metrics.js';
import type { MetricsSink } from '../observability/metrics/metrics-sink.js';
import type { TraceSink } from '../observability/tracing/trace-sink.js';
import type { Profile } from '../profiles/profile.js';
import type { EncryptionSettings } from '../secrets/create-secret-box.js';
import type { NetworkOptions } from './options.js';
import type { CompleteRetryPolicy } from './retry-policy.js';

/** Injects the {@link Settings}. */
export const SETTINGS = Symbol('webhooks:settings');

/** The options, checked and complete. Nothing checks them again. */
export interface Settings {
  profile: Profile;
  profiles: ReadonlyMap<string, Profile>;
  /** The host's own types. */
  eventTypes: readonly CatalogueEntry[];
  allowUnknownEventTypes: boolean;
  checkEventData: boolean;
  encryption: EncryptionSettings | null;
  allowPlaintextSecrets: boolean;
  allowHttp: boolean;
  /** Already included in `allowHttp`, `allowedAddresses` and `allowedHosts`. */
  allowLocalhost: boolean;
  allowedAddresses: string[];
  allowedHosts: string[];
  nat64Prefixes: string[];
  allowedPorts: number[] | undefined;
  lookup: NetworkOptions['lookup'];
  ca: NetworkOptions['ca'];
  proxy: string | undefined;
  transport: 'axios' | 'undici';
  axios: NetworkOptions['axios'];
  callbackMode: 'replace' | 'add';
  /** `null`: the profile's own schedule. */
  retry: CompleteRetryPolicy | null;
  egressIps: string[];
  endpointsPerTenant: number;
  registrationsPerMinute: number;
  pausedBacklog: number;
  payloadBytes: number;
  slots: number;
  maxInFlight: number;
  maxInFlightPerOrigin: number;
  failingConcurrency: number;
  idlePollMs: number;
  busyPollMs: number;
  leaseMs: number;
  drainMs: number;
  handleSignals: boolean;
  notify: boolean;
  retentionMs: number | false;
  keepBodiesMs: number | false;
  disableAfterMs: number | false;
  rotationOverlapMs: number;
  alertChannels: AlertChannel[];
  endpointUrl: ((endpointId: string) => string) | null;
  metrics: MetricsSink | null;
  traces: TraceSink | null;
  metricLabels: DeliveryLabels;
  gaugeIntervalMs: number;
  sendTraceparent: boolean;
}

/** Timeouts (ms) that a registration may ask for. */
export const TIMEOUT_RANGE = { min: 1_000, max: 30_000 } as const;
