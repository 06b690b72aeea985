import type { WebhookEventInput } from '../../libs/webhooks/src/events/event.js';
import { catalogue } from '../../libs/webhooks/src/events/catalogue/catalogue.js';
import type { Engine } from '../engine/support/engine.js';
import { answer, inSequence } from '../engine/support/receiver.js';

/** A request as a customer's server got it over HTTP, and what the customer verifies it with. */
export interface Captured {
  /** As registered. */
  url: string;
  headers: Record<string, string>;
  body: Buffer;
  secret: string;
  tenantId: string;
}

/** For profiles whose customers register an endpoint for each event: the events, by profile. */
const ENDPOINTS: Record<string, string[]> = {
  mysmsgate: ['incoming-sms', 'delivery-report'],
  'mobile-text-alerts': ['message-reply', 'delivery-status', 'message-send', 'number-opt-in'],
};
const BRINGS_SECRET = new Set(['opensms', 'mobile-text-alerts', 'httpsms']);
const ACCOUNT_SECRET = new Set(['msgine', 'mysmsgate']);

/** Text that reveals any change of encoding, escaping or white space. */
const TEXT = 'Zoë said: "5 €, not <b>5 & 6</b>" 🙂\n\\ \u2028';

/** Later than every profile's first retry. Verifiers accept timestamps that are wrong by at most five minutes. */
const FIRST_RETRY_MS = 75_000;

/**
 * The requests that a customer of this profile gets for one event of each catalogue type. Each endpoint answers its first
 * request with 500, so the requests include a retry.
 */
export async function capture(engine: Engine, profile: string): Promise<Captured[]> {
  const tenantId = `customer-of-${profile}`;
  const secrets = new Map<string, string>();
  for (const event of ENDPOINTS[profile] ?? ['*']) {
    const path = event === '*' ? '/hooks' : `/hooks/${event}`;
    engine.receiver.on(path, inSequence(answer(500), answer(200)));
    secrets.set(path, await register(engine, tenantId, profile, { path, event }));
  }
  await engine.publish(...catalogue.map(({ name, example }) => eventOf(tenantId, name, example)));
  await engine.runOnce();
  engine.advance(FIRST_RETRY_MS);
  await engine.runOnce();
  // Moves the clock back. Otherwise, timestamps in the next tests would be ahead of the verifiers' clocks.
  engine.advance(-FIRST_RETRY_MS);
  return engine.receiver.arrivals.map(({ path, headers, body }) => ({
    url: engine.receiver.url(path),
    headers: headers as Record<string, string>,
    body: Buffer.from(body),
    secret: secrets.get(path)!,
    tenantId,
  }));
}

async function register(
  engine: Engine,
  tenantId: string,
  profile: string,
  { path, event }: { path: string; event: string },
): Promise<string> {
  const own = BRINGS_SECRET.has(profile) ? { secret: `a secret – of ${path}` } : {};
  const { secret } = await engine.endpoint(tenantId, path, { profile, events: [event], ...own });
  if (!ACCOUNT_SECRET.has(profile)) return secret!;
  return (await engine.webhooks.accounts.secret(tenantId)).secret!;
}

function eventOf(tenantId: string, type: string, example: unknown): WebhookEventInput {
  const { message } = example as { message?: { errorMessage?: string } | string };
  const data =
    typeof message === 'object'
      ? { message: { ...message, body: TEXT, ...(message.errorMessage && { errorMessage: TEXT }) } }
      : example;
  return { type, tenantId, subject: `about ${type}`, data } as WebhookEventInput;
}
