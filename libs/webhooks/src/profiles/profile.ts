import type { WebhookEvent, WebhookEventType } from '../events/event.js';

/** One HTTP request that an event becomes: its name in the profile's vocabulary and its exact body. */
export interface WireEvent {
  /** Name in the profile's vocabulary, at most 128 characters. */
  type: string;
  /** The exact bytes to send, as UTF-8 text. Frozen when the delivery is created. */
  body: string;
}

/** What a signature may cover. One per attempt. */
export interface SigningInput {
  /** `evt_…`: the same for every endpoint and attempt. */
  eventId: string;
  /** The event's growing number. */
  sequence: string;
  wireType: string;
  tenantId: string;
  /** The URL as registered. */
  url: string;
  /** The exact bytes that are sent. */
  body: Buffer;
  /** Live secrets, newest first; at least one unless the profile allows none. */
  secrets: readonly string[];
  /** Instant of this attempt, epoch milliseconds, on the database's clock. */
  now: number;
  /** Number of the attempt, from 1. */
  attempt: number;
}

/** What came of an attempt, as far as a retry rule may know. */
export interface AttemptOutcome {
  /** HTTP status, or `null` where no answer's head arrived. */
  status: number | null;
  /** Class of the failure: `http` for an answer that is no success, else `timeout`, `dns`, `connect`, `tls`, `reset`, … */
  error: string;
}

/** The settings of an endpoint that a profile's rules may read. */
export interface ProfileEndpoint {
  skipErrors: boolean;
  /** Status codes as text, such as `["404"]`. */
  skipErrorCodes: readonly string[];
  retryOnError: boolean;
}

/**
 * What follows a failed attempt: `retry` while the schedule has waits left; `fail`: exhausted at once;
 * `ignore`: discarded, as the endpoint asked for (no retry, no alert, not counted as a failure).
 */
export type FailureVerdict = 'retry' | 'fail' | 'ignore';

/** What a profile asks of a registration, beyond what every profile does. */
export interface RegistrationRules {
  /** Names that an endpoint may subscribe to; `null`: the catalogue and the host's own types. */
  eventNames: readonly string[] | null;
  /** `*` and `message.*` are accepted beside exact names. */
  wildcards: boolean;
  /** How many event names an endpoint takes at most. */
  maxEvents: number;
  /** One endpoint for each event name and tenant (409 otherwise). */
  onePerEvent: boolean;
  /** `https` only; an `http:` URL is refused even where the module's `allowHttp` is on for others. */
  httpsOnly: boolean;
  /** Endpoints of this profile that a tenant may have; `null`: the module's limit alone. */
  maxEndpoints: number | null;
  /** Default for `maxThroughputPerMinute`; `null`: no limit. */
  maxThroughputPerMinute: number | null;
  /** Optional fields of the register body that mean something here; others of these are refused by name. */
  fields: readonly ProfileField[];
}

/** Register-body fields that only some profiles know. */
export type ProfileField =
  'phoneNumbers' | 'alertEmail' | 'sendAlertEmail' | 'skipErrors' | 'skipErrorCodes' | 'retryOnError';

/** Where the signing secret lives and what it looks like. */
export interface SecretRules {
  /** `endpoint`: each has its own. `account`: one for all of a tenant's endpoints and callbacks. */
  owner: 'endpoint' | 'account';
  /** False: an endpoint may be registered without one and is then not signed. */
  required: boolean;
  /** True: the caller must bring one; none is generated. */
  callerSupplied: boolean;
  /** A new secret in the profile's form. */
  generate(): string;
  /** What is wrong with a secret that a caller brings, as a sentence that says what is allowed; `null`: nothing. */
  check(secret: string): string | null;
  /** True: during a rotation all live secrets sign. False, the default: the header holds one signature, the newest secret's. */
  signsWithAll?: boolean;
  /** What the owner is shown of a secret. Default: the secret itself; a private key shows its public half. */
  reveal?(secret: string): string;
}

/** Which moments mail an endpoint's owner. */
export interface AlertRules {
  /** A delivery ended without success. */
  onExhausted: boolean;
  /** Each failed attempt, where the endpoint set `sendAlertEmail`. */
  onEveryFailure: boolean;
  /** What the limit below counts by: the endpoint, or the account's own number in the event. */
  scope: 'endpoint' | 'phone-number';
  /** One mail for each scope in this time, in milliseconds. Default one hour; 0: no limit. */
  atMostEveryMs?: number;
}

/**
 * A wire dialect: everything that differs between the platforms' webhooks. Stateless; one object serves all endpoints.
 * Build one with {@link defineProfile}.
 */
export interface Profile {
  /** Stored with each endpoint and for ever: lower-case words and dashes. */
  name: string;
  /** For people, such as `Mobile Text Alerts`. */
  title: string;
  /**
   * The requests an event becomes: none where the profile cannot express it, rarely more than one.
   * Pure: the same event gives the same bytes.
   */
  render(event: WebhookEvent): WireEvent[];
  /** All headers of one attempt but `content-type`, `content-length` and `user-agent`. Lower-case names. */
  headers(input: SigningInput): Record<string, string>;
  contentType: string;
  secret: SecretRules;
  registration: RegistrationRules;
  /** Is this HTTP status a success? */
  isSuccess(status: number): boolean;
  /** Asked for each failed attempt. */
  onFailure(outcome: AttemptOutcome, endpoint: ProfileEndpoint): FailureVerdict;
  /** Waits before the second, third, … attempt, in milliseconds. The first attempt is at once. */
  schedule: readonly number[];
  /** Share of a wait by which it varies: `both` ways, or only `later` (never earlier than the platform's document). */
  jitter: { share: number; direction: 'both' | 'later' };
  /** Total deadline of an attempt up to the response head, in milliseconds. */
  timeoutMs: number;
  /** A 410 disables the endpoint. */
  disablesOnGone: boolean;
  /** `Retry-After` of a 429, 502, 503 or 504 moves the next attempt and pauses the lane. */
  honoursRetryAfter: boolean;
  /** Days of failure disable the endpoint. */
  disablesOnFailure: boolean;
  /** Which moments mail the owner, beside the alerts every endpoint has. */
  alerts: AlertRules;
  /** Type of the event that the test route sends where the caller names none. */
  testType: string;
  /**
   * For each name of the profile's vocabulary, the catalogue's type whose example shows it. Left out where the names are
   * the catalogue's own.
   */
  testTypes?: Readonly<Record<string, WebhookEventType>>;
}

/** Checks a profile once, when it is defined, and answers it frozen. Throws `TypeError` naming the profile, the field and the fix. */
export function defineProfile(profile: Profile): Profile {
  const wrong = (field: string, fix: string): never => {
    throw new TypeError(`Webhook profile "${profile.name}": ${field} ${fix}.`);
  };
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(profile.name))
    wrong('name', 'must be lower-case words and dashes, at most 32 characters');
  if (!(profile.timeoutMs >= 100 && profile.timeoutMs <= 60_000))
    wrong('timeoutMs', 'must be 100 to 60000 milliseconds');
  if (!profile.schedule.every((wait) => Number.isFinite(wait) && wait >= 0))
    wrong('schedule', 'must hold waits of 0 ms or more');
  if (!(profile.jitter.share >= 0 && profile.jitter.share <= 1))
    wrong('jitter.share', 'must be between 0 and 1');
  if (profile.testTypes && !Object.values<string>(profile.testTypes).includes(profile.testType))
    wrong('testType', 'must be among the types of testTypes');
  return Object.freeze(profile);
}
