import type { WebhookHeaders } from '../headers.js';
import type { VerifiedWebhook } from '../verify.js';

/** What this package reads of a request in Nest, on Express or on Fastify. */
export interface NestRequest {
  headers: WebhookHeaders & Record<string, string | string[] | undefined>;
  /** Kept by Nest if the application was created with `rawBody: true`. */
  rawBody?: Buffer;
  body?: unknown;
}

// In the global symbol registry, so that the CommonJS and the ESM build of this package share it.
const VERIFIED = Symbol.for('nestjs-sms-webhooks-receiver.verified');

export function setVerifiedWebhook(request: object, webhook: VerifiedWebhook): void {
  Object.defineProperty(request, VERIFIED, { value: webhook, configurable: true });
}

/** Returns what the guard verified. Throws if no guard ran. */
export function getVerifiedWebhook(request: object): VerifiedWebhook {
  const webhook = (request as { [VERIFIED]?: VerifiedWebhook })[VERIFIED];
  if (webhook === undefined)
    throw new Error(
      'This request has no verified webhook. Put @UseGuards(webhookGuard({ … })) on its route.',
    );
  return webhook;
}
