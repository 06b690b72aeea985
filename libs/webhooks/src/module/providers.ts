import type { Provider } from '@nestjs/common';
import { AlertSender } from '../alerts/alert-sender.js';
import { WEBHOOKS_OPTIONS } from '../config/options.js';
import { resolveSettings } from '../config/resolve-settings.js';
import { type Settings, SETTINGS } from '../config/settings.js';
import { LaneClaimer } from '../engine/claim/lane-claimer.js';
import { Leases } from '../engine/claim/leases.js';
import { DestinationReader } from '../engine/destinations/destination-reader.js';
import { Dispatcher } from '../engine/dispatcher.js';
import { FailingEndpoints } from '../engine/maintenance/failing-endpoints.js';
import { Maintenance } from '../engine/maintenance/maintenance.js';
import { Retention } from '../engine/maintenance/retention.js';
import { PendingWork } from '../engine/pending-work.js';
import { Pipeline } from '../engine/pipeline.js';
import { OutcomeReporter } from '../engine/record/outcome-reporter.js';
import { CallbackDestinations } from '../engine/relay/callback-destinations.js';
import { Relay } from '../engine/relay/relay.js';
import { RunOnce } from '../engine/run-once.js';
import { Sender } from '../engine/send/sender.js';
import { Worker } from '../engine/worker.js';
import { createTransport } from '../http/client/create-transport.js';
import { URL_POLICY, UrlPolicy } from '../http/policy/url-policy.js';
import { TRANSPORT } from '../http/transport.js';
import { DeliveryEvents } from '../observability/delivery-events.js';
import { HealthCheck } from '../observability/health.js';
import { StatsReader } from '../operator/stats.js';
import { Outbox } from '../outbox/outbox.js';
import { createSecretBox } from '../secrets/create-secret-box.js';
import { SECRET_BOX } from '../secrets/secret-box.js';
import { Session } from '../store/postgres/connection/session.js';
import { createPostgresStore, createSession } from '../store/postgres/create-postgres-store.js';
import { DATA_SOURCE, STORE, type Store } from '../store/store.js';
import { StartupCheck } from './start-check.js';

/** What all rooms use: settings, store, secrets, HTTP. */
export const baseProviders: Provider[] = [
  { provide: SETTINGS, useFactory: resolveSettings, inject: [WEBHOOKS_OPTIONS] },
  { provide: Session, useFactory: createSession, inject: [DATA_SOURCE] },
  { provide: STORE, useFactory: createPostgresStore, inject: [Session] },
  { provide: SECRET_BOX, useFactory: createSecretBox, inject: [SETTINGS] },
  { provide: URL_POLICY, useFactory: (settings: Settings) => new UrlPolicy(settings), inject: [SETTINGS] },
  { provide: TRANSPORT, useFactory: createGuardedTransport, inject: [SETTINGS] },
  StartupCheck,
];

/** What an event passes through, from the host's transaction to the recorded outcome. */
export const engineProviders: Provider[] = [
  Outbox,
  CallbackDestinations,
  Relay,
  LaneClaimer,
  DestinationReader,
  Dispatcher,
  Sender,
  Leases,
  OutcomeReporter,
  DeliveryEvents,
  {
    provide: AlertSender,
    useFactory: (store: Store, { alertChannels: channels, endpointUrl }: Settings) =>
      new AlertSender(store, { channels, endpointUrl }),
    inject: [STORE, SETTINGS],
  },
  HealthCheck,
  FailingEndpoints,
  Retention,
  Maintenance,
  StatsReader,
  PendingWork,
  Pipeline,
  RunOnce,
  Worker,
];

function createGuardedTransport(settings: Settings): ReturnType<typeof createTransport> {
  const { allowHttp, allowedAddresses, allowedHosts, nat64Prefixes, allowedPorts } = settings;
  const { lookup, ca, proxy, axios, slots } = settings;
  const guarded = {
    allowHttp,
    allowedAddresses,
    allowedHosts,
    nat64Prefixes,
    allowedPorts,
    lookup,
    ca,
    proxy,
    // All requests of a worker, hanging ones included, may go to one origin: the lanes decide who sends, not the pool.
    connectionsPerOrigin: Math.max(64, slots * 8),
    maxConnections: Math.max(512, slots * 9),
  };
  return settings.transport === 'undici'
    ? createTransport({ kind: 'undici', ...guarded })
    : createTransport({ kind: 'axios', ...guarded, axios });
}
