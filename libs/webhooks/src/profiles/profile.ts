import type { WebhookEvent } from '../events/event.js';
import type { CatalogueEventType } from '../events/event-map.js';

/** One HTTP request for an event: the event's name in the profile's vocabulary, and the exact body. */
export interface WireEvent {
  /** Name in the profile's vocabulary, at most 128 characters. */
  type: string;
  /** The exact body, as UTF-8 text. Stored when the delivery is created, and never rendered again. */
  body: string;
}

/** What the signature of one attempt can cover. */
export interface SigningInput {
  /** `evt_…`: the same for every endpoint and attempt. */
  eventId: string;
  /** Sequence number of the event. Later events have larger numbers. */
  sequence: string;
  wireType: string;
  tenantId: string;
  /** The URL that the request goes to, as it was registered or published. */
  url: string;
  /** The exact bytes that are sent. */
  body: Buffer;
  /** Valid secrets, the newest first. At least one, unless the profile allows endpoints without a secret. */
  secrets: readonly string[];
  /** Time of this attempt in epoch milliseconds, by the database's clock. */
  now: number;
  /** Number of the attempt, from 1. */
  attempt: number;
}

/** Result of a failed attempt, for `Profile.onFailure`. */
export interface AttemptOutcome {
  /** HTTP status, or `null` if no response head arrived. */
  status: number | null;
  /** Kind of failure: `http` for a response that is not a success, otherwise `timeout`, `dns`, `certificate-expired`, … */
  error: string;
}

/** Settings of an endpoint that `Profile.onFailure` can read. */
export interface ProfileEndpoint {
  skipErrors: boolean;
  /** Status codes as strings, such as `["404"]`. */
  skipErrorCodes: readonly string[];
  retryOnError: boolean;
}

/**
 * What follows a failed attempt. `retry`: try again until the schedule ends. `fail`: give up now; the delivery becomes
 * `exhausted`. `ignore`: discard the delivery, because the endpoint's settings say so. There is no retry and no alert, and
 * the attempt does not count as a failure.
 */
export type FailureVerdict = 'retry' | 'fail' | 'ignore';

/** Rules for registrations, in addition to those that apply to every profile. */
export interface RegistrationRules {
  /** Event names that an endpoint can subscribe to. `null`: the catalogue and the host's own types. */
  eventNames: readonly string[] | null;
  /** Accepts `*` and `message.*` besides exact names. */
  wildcards: boolean;
  /** Maximum number of event names per endpoint. */
  maxEvents: number;
  /** A tenant can have only one endpoint per event name. A second one gets a 409. */
  onePerEvent: boolean;
  /** Refuses `http:` URLs even if the module's `allowHttp` is on. */
  httpsOnly: boolean;
  /** Maximum number of endpoints per tenant. `null`: only the module's limit applies. */
  maxEndpoints: number | null;
  /** Default of `maxThroughputPerMinute`, in requests per minute. `null`: no limit. */
  maxThroughputPerMinute: number | null;
  /** Optional fields that a registration can set. If another {@link ProfileField} is set, the error names it. */
  fields: readonly ProfileField[];
}

/** Fields of a registration that only some profiles support. */
export type ProfileField =
  'phoneNumbers' | 'alertEmail' | 'sendAlertEmail' | 'skipErrors' | 'skipErrorCodes' | 'retryOnError';

/** Who owns the signing secret, and what it looks like. */
export interface SecretRules {
  /** `endpoint`: each endpoint has its own secret. `account`: one secret for all endpoints and callbacks of a tenant. */
  owner: 'endpoint' | 'account';
  /** False: an endpoint can be registered without a secret. Its requests are then not signed. */
  required: boolean;
  /** True: the caller must send a secret; none is generated. */
  callerSupplied: boolean;
  /** Returns a new secret in the profile's form. */
  generate(): string;
  /** Checks a secret that a caller sends. Returns a sentence that says what is allowed, or `null` if the secret is valid. */
  check(secret: string): string | null;
  /** True: during a rotation, all valid secrets sign. False (default): the header has one signature, by the newest secret. */
  signsWithAll?: boolean;
  /** Returns what the owner may see of a secret, such as the public half of a private key. Default: the secret itself. */
  reveal?(secret: string): string;
}

/** When an endpoint's owner gets an email. */
export interface AlertRules {
  /** A delivery ended without success. */
  onExhausted: boolean;
  /** Each failed attempt, if the endpoint has set `sendAlertEmail`. */
  onEveryFailure: boolean;
  /** What the limit `atMostEveryMs` applies to: the endpoint, or the account's phone number in the event. */
  scope: 'endpoint' | 'phone-number';
  /** At most one email per scope in this time (ms). Default: one hour. `0`: no limit. */
  atMostEveryMs?: number;
}

/**
 * The webhook format of one platform: everything in which platforms differ. Stateless: one object serves all endpoints.
 * Create it with {@link defineProfile}.
 */
export interface Profile {
  /** Lower-case words and dashes. Stored with each endpoint, so it must never change. */
  name: string;
  /** Name for people, such as `Mobile Text Alerts`. */
  title: string;
  /**
   * Returns the requests for an event: none if the profile has no equivalent for the event, and rarely more than one. Must
   * be pure: the same event gives the same bytes.
   */
  render(event: WebhookEvent): WireEvent[];
  /** Returns all headers of one attempt except `content-type`, `content-length` and `user-agent`. Lower-case names. */
  headers(input: SigningInput): Record<string, string>;
  contentType: string;
  secret: SecretRules;
  registration: RegistrationRules;
  /** Returns true if this HTTP status is a success. */
  isSuccess(status: number): boolean;
  /** Called for each failed attempt. */
  onFailure(outcome: AttemptOutcome, endpoint: ProfileEndpoint): FailureVerdict;
  /** Waits (ms) before the second, third, … attempt. The first attempt has no wait. */
  schedule: readonly number[];
  /**
   * Random variation of each wait, as a fraction from 0 to 1. `both`: shorter or longer. `later`: only longer, so never
   * before the documented time.
   */
  jitter: { share: number; direction: 'both' | 'later' };
  /** Deadline of an attempt (ms), up to the response head: 100 to 60,000. */
  timeoutMs: number;
  /** A 410 disables the endpoint. */
  disablesOnGone: boolean;
  /** `Retry-After` of a 429, 502, 503 or 504 delays the next attempt and holds back the endpoint's other deliveries. */
  honoursRetryAfter: boolean;
  /** An endpoint that fails for days is disabled (`disableAfterMs`). */
  disablesOnFailure: boolean;
  /** When the owner gets an email, in addition to the alerts that every endpoint has. */
  alerts: AlertRules;
  /** Event type that the test route sends by default. */
  testType: string;
  /**
   * Maps each of the profile's event names to a catalogue type. The test route sends that type's example. Leave this field
   * out if the names are the catalogue's.
   */
  testTypes?: Readonly<Record<string, CatalogueEventType>>;
}

/** Checks a profile and returns it frozen. Throws a `TypeError` that names the profile, the field and what is allowed. */
export function defineProfile(profile: Profile): Profile {
  const fail = (field: string, rule: string): never => {
    throw new TypeError(`Webhook profile "${profile.name}": ${field} ${rule}.`);
  };
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(profile.name))
    fail('name', 'must be lower-case words and dashes, at most 32 characters');
  if (!(profile.timeoutMs >= 100 && profile.timeoutMs <= 60_000))
    fail('timeoutMs', 'must be 100 to 60000 milliseconds');
  if (!profile.schedule.every((wait) => Number.isFinite(wait) && wait >= 0))
    fail('schedule', 'must contain waits of 0 ms or more');
  if (!(profile.jitter.share >= 0 && profile.jitter.share <= 1))
    fail('jitter.share', 'must be between 0 and 1');
  if (profile.testTypes && !Object.values<string>(profile.testTypes).includes(profile.testType))
    fail('testType', 'must be one of the types in testTypes');
  return Object.freeze(profile);
}
