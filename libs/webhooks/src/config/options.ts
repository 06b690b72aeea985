import type { AxiosInstance } from 'axios';
import type { AlertChannel } from '../alerts/alert-channel.js';
import type { Lookup } from '../http/connections/resolver.js';
import type { CustomEventType } from '../events/catalogue/custom-event-type.js';
import type { Profile } from '../profiles/profile.js';

/** Injects the {@link WebhooksModuleOptions} as the host gave them. */
export const WEBHOOKS_OPTIONS = Symbol('webhooks:options');

/** One key of the key ring: 32 bytes, as a Buffer, 64 hex characters, 44 base64 characters, or a passphrase of 32+ characters. */
export interface EncryptionKey {
  /** Stored with each sealed value: at most 16 letters, digits, dashes. */
  id: string;
  key: string | Buffer | undefined;
}

/** Waits between attempts: as a list, or growing. Milliseconds. */
export type RetryPolicy =
  | { schedule: readonly number[]; jitter?: number }
  | {
      /** Attempts in all, the first included. */
      attempts: number;
      /** Wait before the second attempt. */
      delayMs: number;
      /** Each wait is this many times the last. Default 2. */
      factor?: number;
      /** Longest wait. Default 24 h. */
      maxDelayMs?: number;
      /** Share by which a wait varies, 0 to 1. Default 0.2. */
      jitter?: number;
    };

/** Values; an async factory may return them. */
export interface WebhooksModuleOptions {
  /** Profile of new endpoints and of callbacks, where the account names none. Default `standard`. */
  profile?: string;
  /** Profiles of the host's own, and built-in ones with other switches (`msgine({ idMode: 'event' })`). */
  profiles?: Profile[];
  /**
   * Types of events of the host's own: shown beside the catalogue's. Where they are given (`[]`: there are none)
   * registrations may name these and the catalogue's alone. Default: any name.
   */
  eventTypes?: readonly CustomEventType[];
  /** Seals secrets and custom headers in the database. Needed unless `allowPlaintextSecrets`. */
  encryption?: { current: EncryptionKey; previous?: EncryptionKey[] };
  /** Store secrets as they are where no key is set. Default false. */
  allowPlaintextSecrets?: boolean;
  /** Accept `http:` URLs. Default false. */
  allowHttp?: boolean;
  /** CIDR ranges that deliveries may reach although they are private, such as `127.0.0.0/8` in development. Default none. */
  allowedAddresses?: string[];
  /** Host names that may resolve to anything, also through `/etc/hosts` and search domains. Default none. */
  allowedHosts?: string[];
  /** NAT64 prefixes of this network beside the well-known ones, such as `2a00:1:2:64::/96`: never dialled. Default none. */
  nat64Prefixes?: string[];
  /** The only ports that deliveries go to. Default: any but those known for something else than HTTP. */
  allowedPorts?: number[];
  /** Resolves host names instead of DNS, for networks with a view of their own; its answers are still checked. */
  lookup?: Lookup;
  /** Certificate authorities to trust instead of Node's own list, as PEM. */
  ca?: string | Buffer | (string | Buffer)[];
  /** Forward proxy for all deliveries, such as `http://egress:4750`. Default none; proxy variables of the environment are not read. */
  proxy?: string;
  /** HTTP client. Default `axios`. */
  transport?: 'axios' | 'undici';
  /**
   * The host's axios instance: its interceptors may add headers; the URL and the body must stay. One with credentials among
   * its default headers is refused: every customer would get them. Default: a new one.
   */
  axios?: AxiosInstance;
  /** `replace`: a `callbackUrl` takes the place of the tenant's endpoints for that event. `add`: it comes on top. Default `replace`. */
  callbackMode?: 'replace' | 'add';
  /** Retries of `standard` endpoints. Default: the schedule of Standard Webhooks, ±20 %. */
  retry?: RetryPolicy;
  /** Addresses that deliveries come from, shown to tenants. Default none. */
  egressIps?: string[];
  limits?: {
    /** Endpoints of one tenant. Default 50. */
    endpointsPerTenant?: number;
    /** Bytes of an event's data as JSON. Default 262144. */
    payloadBytes?: number;
  };
  worker?: {
    /** Requests in flight per process. Default 64. */
    slots?: number;
    /** Requests in flight per endpoint that sets no limit of its own. Default 32. */
    maxInFlight?: number;
    /** Longest wait between two looks at an idle database, ms. Default 1000. */
    idlePollMs?: number;
    /** Wait before the next look after one that found something, ms; doubled after each that did not. Default 10. */
    busyPollMs?: number;
    /** How long a claim lasts, ms. At least 2 × the longest timeout + 5 s, the default. */
    leaseMs?: number;
    /** How long a shutdown waits for requests in flight, ms. Default: the longest timeout + 1 s. */
    drainMs?: number;
    /** Listen for `SIGTERM` and `SIGINT`, for hosts that do not call `enableShutdownHooks()`. Default false. */
    handleSignals?: boolean;
    /** Tell other processes of a commit by a throttled NOTIFY, and listen for it. Default false. */
    notify?: boolean;
  };
  /** How long finished deliveries and relayed events are kept, ms. `false`: for ever. Default 30 days. */
  retentionMs?: number | false;
  /** Disable an endpoint after this long without a success, ms, and at least ten failed deliveries. `false`: never. Default 5 days. */
  disableAfterMs?: number | false;
  /** How long a rotated secret signs along, ms. Default 24 h. */
  rotationOverlapMs?: number;
  alerts?: {
    /**
     * Who is told: `logChannel()`, `callbackChannel(fn)`, `nodemailerChannel()` of `nestjs-sms-webhooks/alerts/nodemailer`,
     * or the host's own. `[]`: nobody. Default `[logChannel()]`.
     */
    channels?: AlertChannel[];
    /** Link to one endpoint on the host's own pages, put into alerts. */
    endpointUrl?: (endpointId: string) => string;
  };
}
