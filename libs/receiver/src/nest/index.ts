export type { NestRequest } from './verified-request.js';
export { ReceivedWebhook, WebhookPayload } from './webhook-payload.decorator.js';
export { WebhookGuard, webhookGuard, type SecretSource, type WebhookGuardOptions } from './webhook.guard.js';
