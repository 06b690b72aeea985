import type { AxiosInstance } from 'axios';
import type { AlertChannel } from '../alerts/alert-channel.js';
import { logChannel } from '../alerts/channels/log-channel.js';
import type { CustomEventType } from '../events/catalogue/custom-event-type.js';
import type { Lookup } from '../http/connections/resolver.js';
import type { Profile } from '../profiles/profile.js';
import type { EncryptionKey } from '../secrets/key-ring.js';
import {
  callable,
  flag,
  hidden,
  isText,
  listOf,
  oneOf,
  stringList,
  timeOrNever,
  value,
  wholeNumber,
} from './checks.js';
import { customEventTypes } from './event-types.js';
import { channelList, profileList } from './list-checks.js';
import { certificates, egressRules, proxyUrl } from './network-checks.js';
import { ObservabilityOptions } from './groups/observability-options.js';
import { group, Option } from './option.js';
import { type RetryPolicy, retryPolicy } from './retry-policy.js';

/** Injects the {@link WebhooksModuleOptions} as the host gave them. */
export const WEBHOOKS_OPTIONS = Symbol('webhooks:options');

const SECOND_MS = 1000;
const DAY_MS = 24 * 3600 * SECOND_MS;

/** Keys that seal secrets and custom headers in the database. */
export class EncryptionOptions {
  /** Seals new values, and opens the values that it sealed. */
  @Option(hidden((key) => typeof key === 'object' && key !== null, "an object: { id: 'k1', key }"), {
    isRequired: true,
  })
  current: EncryptionKey;
  /** Earlier keys, which open the values that they sealed. Default none. */
  @Option(hidden(Array.isArray, 'a list of { id, key }')) previous?: EncryptionKey[] = [];
  /**
   * Accept values that were stored unencrypted, before there was a key, until `reencryptSecrets()` has sealed them.
   * Default `false`: the app does not start if there are such values, and does not use an unencrypted value that is
   * written later.
   */
  @Option(flag) acceptPlaintext?: boolean = false;
}

/** How deliveries are made. */
export class DeliveryOptions {
  /**
   * Retries of endpoints with the profile `standard` or `standard-cloudevents`. Default: the schedule of Standard Webhooks,
   * ±20 %.
   */
  @Option(retryPolicy) retry?: RetryPolicy;
  /**
   * Who gets an event that has a `callbackUrl`. `replace`: the callback instead of the tenant's endpoints. `add`: the
   * callback and the endpoints. Default `replace`.
   */
  @Option(oneOf('replace', 'add')) callbackMode?: 'replace' | 'add' = 'replace';
  /**
   * Maximum number of requests in flight, over all workers, to an endpoint or an origin of callbacks that keeps
   * failing. The maximum is up to four times as high if the requests fail within half a second. Default 2.
   */
  @Option(wholeNumber(1, 32)) failingConcurrency?: number = 2;
  /**
   * Disable an endpoint after this time (ms) without a success, if at least ten deliveries failed. `false`: never.
   * Default 5 days.
   */
  @Option(timeOrNever(SECOND_MS)) disableAfterMs?: number | false = 5 * DAY_MS;
}

/** Where deliveries may go, and by which client. */
export class NetworkOptions {
  /** HTTP client. Default `axios`. */
  @Option(oneOf('axios', 'undici')) transport?: 'axios' | 'undici' = 'axios';
  /**
   * Your own axios instance: its interceptors may add headers, but must not change the URL or the body. An instance
   * with credentials among its default headers is refused, because every customer would get them. Default: a new
   * instance.
   */
  @Option(callable('an axios instance, which is a function')) axios?: AxiosInstance;
  /**
   * Forward proxy for all deliveries, such as `http://egress:4750`. Default none. Proxy variables of the environment are
   * not read.
   */
  @Option(proxyUrl) proxy?: string;
  /**
   * Resolves host names instead of DNS, for networks with host names of their own. The addresses that the function
   * returns are checked as well. Default: DNS.
   */
  @Option(callable()) lookup?: Lookup;
  /** Certificate authorities to trust, as PEM. Default: Node's own list. */
  @Option(certificates) ca?: string | Buffer | (string | Buffer)[];
  /** Accept `http:` URLs. Default false. */
  @Option(flag) allowHttp?: boolean = false;
  /**
   * In development: accept `http:` URLs, and receivers on this machine (`localhost`, `127.0.0.0/8`, `::1`). If
   * `NODE_ENV` is `production`, the app does not start with this option; otherwise the app logs a warning. Default
   * false.
   */
  @Option(flag) allowLocalhost?: boolean = false;
  /**
   * Private addresses and CIDR blocks that deliveries may reach, such as `10.1.0.0/16`. Default none.
   */
  @Option(egressRules('allowedAddresses', 'an address or a CIDR block, such as "10.1.0.0/16" or "fd00::/8"'))
  allowedAddresses?: string[] = [];
  /** Host names that may resolve to any address, also through `/etc/hosts` and search domains. Default none. */
  @Option(
    egressRules(
      'allowedHosts',
      'a host name, such as "receiver.internal" (addresses belong in network.allowedAddresses)',
    ),
  )
  allowedHosts?: string[] = [];
  /** The only ports that deliveries may go to. Default: all except ports of other protocols, such as 25 (SMTP). */
  @Option(listOf('a list of ports', wholeNumber(1, 65_535))) allowedPorts?: number[];
  /**
   * NAT64 prefixes of your network besides the well-known ones, such as `2a00:1:2:64::/96`. Addresses with
   * such a prefix are refused, because these addresses can lead to private IPv4 addresses. Default none.
   */
  @Option(egressRules('nat64Prefixes', 'a CIDR block, such as "2a00:1:2:64::/96"'))
  nat64Prefixes?: string[] = [];
  /** Addresses that deliveries come from, shown to tenants for their firewalls. Default none. */
  @Option(stringList) egressIps?: string[] = [];
}

/** How secrets are stored and rotated. */
export class SecurityOptions {
  /** Store secrets unencrypted if no key is set. Default false. */
  @Option(flag) allowPlaintextSecrets?: boolean = false;
  /** How long (ms) the old secret stays valid after a rotation; at most 7 days. Default 24 h. */
  @Option(wholeNumber(0, 7 * DAY_MS)) rotationOverlapMs?: number = DAY_MS;
}

/** How much one tenant may use. */
export class LimitOptions {
  /** Endpoints of one tenant. Default 50. */
  @Option(wholeNumber(1, 10_000)) endpointsPerTenant?: number = 50;
  /** Registrations of one tenant within a minute, over all processes, deleted endpoints included. Default 20. */
  @Option(wholeNumber(1, 10_000)) registrationsPerMinute?: number = 20;
  /**
   * Maximum number of deliveries that wait for one paused endpoint. Every minute, the oldest deliveries beyond this
   * number are discarded. The owner is alerted from 80 % on. Default 100,000.
   */
  @Option(wholeNumber(1, 10_000_000)) pausedBacklog?: number = 100_000;
  /** Maximum size (bytes) of an event's `data` as JSON. Default 262144 (256 KB). */
  @Option(wholeNumber(1, 16_777_216)) payloadBytes?: number = 262_144;
}

/** How long data is kept. */
export class RetentionOptions {
  /** Keep finished deliveries and their events for this time (ms). `false`: for ever. Default 30 days. */
  @Option(timeOrNever(SECOND_MS)) keepMs?: number | false = 30 * DAY_MS;
  /**
   * Erase the bodies and responses of finished deliveries, and the data of their events, after this time (ms). The
   * records stay until `keepMs`, but erased deliveries and events cannot be retried or replayed. `false`: not before
   * `keepMs`. Default false.
   */
  @Option(timeOrNever(SECOND_MS)) keepBodiesMs?: number | false = false;
}

/** How a process delivers. */
export class WorkerOptions {
  /** Requests in flight per process. Default 64. */
  @Option(wholeNumber(1, 4096)) slots?: number = 64;
  /** Requests in flight per endpoint that sets no limit of its own. Default 32. */
  @Option(wholeNumber(1, 4096)) maxInFlight?: number = 32;
  /**
   * Requests in flight of one tenant to one origin (scheme, host and port), including hanging requests. At most
   * `maxInFlight` of these requests occupy `slots`, so a large value here does not delay other tenants. A value up to
   * `maxInFlight` counts as `maxInFlight` + 1. Default 256.
   */
  @Option(wholeNumber(2, 65_536)) maxInFlightPerOrigin?: number = 256;
  /** Longest pause (ms) between two polls of an idle database. Default 1000. */
  @Option(wholeNumber(10, 60_000)) idlePollMs?: number = SECOND_MS;
  /**
   * Pause (ms) after a poll that found work. The pause is doubled after each poll that finds no work except
   * retries for failing endpoints. Default 10.
   */
  @Option(wholeNumber(1, 60_000)) busyPollMs?: number = 10;
  /**
   * How long (ms) a claim of deliveries lasts if its process stops responding. Must be at least the default. Default 2
   * × the longest timeout + 5 s.
   */
  @Option(wholeNumber(1, DAY_MS)) leaseMs?: number;
  /**
   * How long (ms) a shutdown waits for requests in flight. Then it aborts the remaining requests. They are sent again
   * at the planned end of their lease. Default 7 s: many hosting platforms kill a process after 10 s, so 3 s are left
   * for recording the last outcomes.
   */
  @Option(wholeNumber(0, DAY_MS)) drainMs?: number = 7_000;
  /** Listen for `SIGTERM` and `SIGINT`, for hosts that do not call `enableShutdownHooks()`. Default false. */
  @Option(flag) handleSignals?: boolean = false;
  /**
   * Use NOTIFY to tell workers in other processes about commits, and listen for NOTIFY on a separate connection. If that
   * is not possible, for example behind a transaction pooler, the worker logs one line and polls. Default true.
   */
  @Option(flag) notify?: boolean = true;
}

/** Who receives alerts about endpoints. */
export class AlertOptions {
  /**
   * Where alerts go: `logChannel()`, `callbackChannel(fn)`, `nodemailerChannel()` of
   * `nestjs-sms-webhooks/alerts/nodemailer`, or your own. `[]`: nowhere. Default `[logChannel()]`.
   */
  @Option(channelList) channels?: AlertChannel[] = [logChannel()];
  /** Returns a link to an endpoint on your own pages, for the text of alerts. Default: no link. */
  @Option(callable()) endpointUrl?: (endpointId: string) => string;
}

/** Options that an async factory may return. */
export class WebhooksModuleOptions {
  /** Profile of new endpoints and callbacks if neither the registration nor the account sets one. Default `standard`. */
  @Option(value(isText, 'the name of a profile')) profile?: string = 'standard';
  /** Your own profiles, and built-in ones with other options (`msgine({ idMode: 'event' })`). Default none. */
  @Option(profileList) profiles?: Profile[] = [];
  /** Your own event types. `publish` and registrations accept these and the catalogue's. Default none. */
  @Option(customEventTypes) eventTypes?: readonly CustomEventType[] = [];
  /** Publish and register event types that neither the catalogue nor `eventTypes` has. Default false. */
  @Option(flag) allowUnknownEventTypes?: boolean = false;
  /**
   * `publish` checks the data of each event against the schema of its type, as `/event-types` shows it. Default: true unless
   * `NODE_ENV` is `production`.
   */
  @Option(flag) checkEventData?: boolean = process.env.NODE_ENV !== 'production';
  /** Keys for secrets and custom headers in the database. Required unless `security.allowPlaintextSecrets` is set. */
  @Option(group(EncryptionOptions)) encryption?: EncryptionOptions;
  @Option(group(DeliveryOptions)) delivery?: DeliveryOptions = new DeliveryOptions();
  @Option(group(NetworkOptions)) network?: NetworkOptions = new NetworkOptions();
  @Option(group(SecurityOptions)) security?: SecurityOptions = new SecurityOptions();
  @Option(group(LimitOptions)) limits?: LimitOptions = new LimitOptions();
  @Option(group(RetentionOptions)) retention?: RetentionOptions = new RetentionOptions();
  @Option(group(WorkerOptions)) worker?: WorkerOptions = new WorkerOptions();
  @Option(group(AlertOptions)) alerts?: AlertOptions = new AlertOptions();
  @Option(group(ObservabilityOptions)) observability?: ObservabilityOptions = new ObservabilityOptions();
}
