import type { WebhookHeaders } from '../headers.js';
import type { VerifiedWebhook } from '../verify.js';

/** Of Express's and Fastify's requests under Nest, what is needed here. */
export interface NestRequest {
  headers: WebhookHeaders & Record<string, string | string[] | undefined>;
  /** Kept by Nest where the application was made with `rawBody: true`. */
  rawBody?: Buffer;
  body?: unknown;
}

// In the global registry, so that the CommonJS and the ESM build of this package find each other's.
const verified = Symbol.for('nestjs-sms-webhooks-receiver.verified');

export function keepVerified(request: object, webhook: VerifiedWebhook): void {
  Object.defineProperty(request, verified, { value: webhook, configurable: true });
}

/** What the guard verified; throws where no guard ran. */
export function verifiedOf(request: object): VerifiedWebhook {
  const webhook = (request as { [verified]?: VerifiedWebhook })[verified];
  if (webhook === undefined)
    throw new Error(
      'No verified webhook on this request: put @UseGuards(webhookGuard({ … })) on the route that asks for one.',
    );
  return webhook;
}
