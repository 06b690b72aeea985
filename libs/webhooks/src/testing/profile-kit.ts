import { catalogue } from '../events/catalogue/catalogue.js';
import { eventExample } from '../events/catalogue/event-example.js';
import { encodeId } from '../core/ids.js';
import type { WebhookEvent } from '../events/event.js';
import type { CatalogueEventType } from '../events/event-map.js';
import type { Profile, SigningInput, WireEvent } from '../profiles/profile.js';

/** A profile breaks the contract of profiles. The message names the profile and what to change. */
export class ProfileAssertionError extends Error {
  override readonly name = 'ProfileAssertionError';
  constructor(profile: Profile, what: string) {
    super(`Webhook profile "${profile.name}": ${what}.`);
  }
}

/** A signed request as a receiver gets it. */
export interface ProvenRequest {
  wireType: string;
  url: string;
  /** Names are in lower case. Includes `content-type`. */
  headers: Record<string, string>;
  body: Buffer;
  /** What the receiver verifies with: the secret or, if the secret is a private key, the public key. */
  secret: string;
  /** Epoch milliseconds. */
  now: number;
}

/** A receiver's check: throws, rejects or returns `false` for a request that it refuses. */
export type Verify = (request: ProvenRequest) => unknown;

/** Options for the check of headers. */
export interface HeadersProofOptions {
  /** Live secrets, newest first. Default: one secret that the profile generates. */
  secrets?: readonly string[];
  /** Default `https://receiver.example/hook`. */
  url?: string;
  /** Epoch milliseconds. Default: now. */
  now?: number;
  /** `false` for a scheme that does not cover the body, such as a bearer token. Default `true`. */
  coversBody?: boolean;
}

const OWN_HEADERS = ['content-type', 'content-length', 'user-agent', 'host', 'transfer-encoding'];

/**
 * Checks how a profile renders an event, and returns the requests. The same event must give the same bytes, bodies must be
 * valid UTF-8, and the event must not change. The names of the requests must be unique, listed in
 * `registration.eventNames` and at most 128 characters long. Throws {@link ProfileAssertionError}.
 */
export function assertRendering(profile: Profile, event: WebhookEvent): WireEvent[] {
  const before = JSON.stringify(event);
  const rendered = profile.render(event);
  const again = profile.render(JSON.parse(before) as WebhookEvent);
  if (JSON.stringify(rendered) !== JSON.stringify(again))
    throw new ProfileAssertionError(
      profile,
      `${event.type} gave different bytes the second time: render must be pure`,
    );
  if (JSON.stringify(event) !== before)
    throw new ProfileAssertionError(profile, `render changed the event ${event.type}`);
  const names = profile.registration.eventNames;
  for (const { type, body } of rendered) {
    if (!type || type.length > 128)
      throw new ProfileAssertionError(
        profile,
        `the name ${JSON.stringify(type)} must have 1 to 128 characters`,
      );
    if (names && !names.includes(type))
      throw new ProfileAssertionError(profile, `${type} is not in registration.eventNames`);
    if (!body.isWellFormed())
      throw new ProfileAssertionError(profile, `the body of ${type} holds half a surrogate pair: escape it`);
  }
  if (new Set(rendered.map(({ type }) => type)).size < rendered.length)
    throw new ProfileAssertionError(profile, `${event.type} gave two requests with the same name`);
  return rendered;
}

/**
 * Checks the headers of each request of an event, and returns the requests. `verify` must accept each request, and refuse
 * it with another secret and, unless `coversBody` is `false`, with another body. The profile must set only headers that
 * profiles may set. Throws {@link ProfileAssertionError}.
 */
export async function assertHeaders(
  profile: Profile,
  event: WebhookEvent,
  verify: Verify,
  { secrets = [profile.secret.generate()], url, now, coversBody = true }: HeadersProofOptions = {},
): Promise<ProvenRequest[]> {
  const shown = profile.secret.reveal ?? ((secret: string) => secret);
  const proven: ProvenRequest[] = [];
  for (const wire of assertRendering(profile, event)) {
    const input = signingInput(event, wire, secrets, url, now);
    const headers = { ...checkHeaders(profile, input), 'content-type': profile.contentType };
    const { body, wireType } = input;
    const request = { wireType, url: input.url, headers, body, secret: shown(secrets[0]!), now: input.now };
    if (!(await accepts(verify, request)))
      throw new ProfileAssertionError(profile, `verify refused ${wireType} with its own signature`);
    if (await accepts(verify, { ...request, secret: shown(profile.secret.generate()) }))
      throw new ProfileAssertionError(
        profile,
        `verify accepted ${wireType} with a secret that did not sign it`,
      );
    // The changed body is still JSON, but another value: a check that parses and serializes the body again must refuse it too.
    if (coversBody && (await accepts(verify, { ...request, body: Buffer.from(`[${wire.body}]`) })))
      throw new ProfileAssertionError(profile, `verify accepted ${wireType} with a body that was not signed`);
    proven.push(request);
  }
  return proven;
}

/**
 * Checks a whole profile with the catalogue's examples and with `events` of the host's own: the rendering and headers of each
 * event, and the rules for secrets. Each test event must give a request, and so must at least one event of each type in
 * `events`. Throws {@link ProfileAssertionError}.
 */
export async function assertProfile(
  profile: Profile,
  verify: Verify,
  { events = [], ...options }: HeadersProofOptions & { events?: readonly WebhookEvent[] } = {},
): Promise<void> {
  const complaint = profile.secret.check(profile.secret.generate());
  if (complaint)
    throw new ProfileAssertionError(
      profile,
      `secret.check refuses a secret of secret.generate: ${complaint}`,
    );
  const examples = catalogue.map(({ name }) => eventExample(name as CatalogueEventType));
  const shown = new Set<string>();
  for (const event of [...examples, ...events])
    if ((await assertHeaders(profile, event, verify, options)).length > 0) shown.add(event.type);
  for (const type of [profile.testType, ...events.map((event) => event.type)])
    if (!shown.has(type)) throw new ProfileAssertionError(profile, `${type} gives no request`);
  for (const [name, type] of Object.entries(profile.testTypes ?? {}))
    if (!profile.render(eventExample(type)).some((wire) => wire.type === name))
      throw new ProfileAssertionError(profile, `the example of ${type} gives no ${name}: change testTypes`);
}

function signingInput(
  event: WebhookEvent,
  { type, body }: WireEvent,
  secrets: readonly string[],
  url = 'https://receiver.example/hook',
  now = Date.now(),
): SigningInput {
  return {
    eventId: encodeId('evt', event.uuid),
    sequence: event.sequence,
    wireType: type,
    tenantId: event.tenantId,
    url,
    body: Buffer.from(body),
    secrets,
    now,
    attempt: 1,
  };
}

function checkHeaders(profile: Profile, input: SigningInput): Record<string, string> {
  const headers = profile.headers(input);
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[a-z0-9-]+$/.test(name) || OWN_HEADERS.includes(name))
      throw new ProfileAssertionError(profile, `headers must not set ${JSON.stringify(name)}`);
    if (typeof value !== 'string' || !/^[\x20-\x7e]+$/.test(value))
      throw new ProfileAssertionError(profile, `the value of ${name} must be printable ASCII`);
  }
  return headers;
}

async function accepts(verify: Verify, request: ProvenRequest): Promise<boolean> {
  try {
    return (await verify(request)) !== false;
  } catch {
    // Most verifiers refuse by throwing. If the refusal is wrong, the caller reports it.
    return false;
  }
}
