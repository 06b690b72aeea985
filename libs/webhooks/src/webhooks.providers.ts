import type { Provider } from '@nestjs/common';
import { AlertSender } from './alerts/alert-sender.js';
import { Batches } from './batches.js';
import { DatabaseClock } from './database/clock.js';
import { createDatabase } from './database/create-database.js';
import { Database } from './database/database.js';
import { DeliveryEvents } from './delivery/delivery-events.js';
import { Dispatcher } from './delivery/dispatcher.js';
import { WebhookHealth } from './delivery/health.js';
import { Housekeeper } from './delivery/housekeeper.js';
import { Leases } from './delivery/leases.js';
import { OutcomeReporter } from './delivery/outcome-reporter.js';
import { Sender } from './delivery/sender.js';
import { WebhookStats } from './delivery/stats.js';
import { Targets } from './delivery/targets.js';
import { Turns } from './delivery/turns.js';
import { WakeChannel } from './delivery/wake-channel.js';
import { createTransport } from './http/create-transport.js';
import { UrlPolicy } from './http/url-policy.js';
import { CommitWake } from './database/commit-wake.js';
import { Outbox } from './outbox/outbox.js';
import { Relay } from './relay/relay.js';
import { RunOnce } from './run-once.js';
import { resolveSettings, type Settings } from './settings.js';
import { createSecretBox } from './signing/create-secret-box.js';
import { StartCheck } from './start-check.js';
import { DATA_SOURCE, SECRET_BOX, SETTINGS, TRANSPORT, URL_POLICY, WEBHOOKS_OPTIONS } from './tokens.js';
import { WebhooksWorker } from './webhooks.worker.js';

/** What everything stands on: options, database, secrets, HTTP. */
export const foundationProviders: Provider[] = [
  { provide: SETTINGS, useFactory: resolveSettings, inject: [WEBHOOKS_OPTIONS] },
  { provide: Database, useFactory: createDatabase, inject: [DATA_SOURCE] },
  { provide: SECRET_BOX, useFactory: createSecretBox, inject: [SETTINGS] },
  { provide: URL_POLICY, useFactory: (settings: Settings) => new UrlPolicy(settings), inject: [SETTINGS] },
  { provide: TRANSPORT, useFactory: transportOf, inject: [SETTINGS] },
  DatabaseClock,
  StartCheck,
];

/** The way of the data, from the host's transaction to the recorded outcome. */
export const deliveryProviders: Provider[] = [
  CommitWake,
  WakeChannel,
  Outbox,
  Relay,
  Turns,
  Targets,
  Dispatcher,
  Sender,
  {
    provide: Leases,
    useFactory: (database: Database, clock: DatabaseClock, settings: Settings) =>
      new Leases(database, clock, settings.leaseMs),
    inject: [Database, DatabaseClock, SETTINGS],
  },
  OutcomeReporter,
  DeliveryEvents,
  AlertSender,
  WebhookHealth,
  Housekeeper,
  WebhookStats,
  Batches,
  RunOnce,
  WebhooksWorker,
];

function transportOf(settings: Settings): ReturnType<typeof createTransport> {
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
    // All of a worker's requests, those that hang too, may go to one origin: the lanes decide who sends, not the pool.
    connectionsPerOrigin: Math.max(64, slots * 8),
    maxConnections: Math.max(512, slots * 9),
  };
  return settings.transport === 'undici'
    ? createTransport({ kind: 'undici', ...guarded })
    : createTransport({ kind: 'axios', ...guarded, axios });
}
