export type { NestRequest } from './verified-request.js';
export { WebhookInProgressFilter } from './webhook-in-progress.filter.js';
export { ReceivedWebhook, WebhookPayload } from './webhook-payload.decorator.js';
export { WebhookGuard, webhookGuard, type SecretSource, type WebhookGuardOptions } from './webhook.guard.js';
