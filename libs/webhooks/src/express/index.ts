export { createWebhooks } from './create-webhooks.js';
export type { DescribeOpenApi } from './describe-open-api.js';
export type {
  CreateWebhooksOptions,
  ExpressPortalOptions,
  ExpressTenant,
  WebhooksExpressOptions,
} from './express-options.js';
export type { WebhooksLogger } from './host-logger.js';
export type { WebhooksNext, WebhooksRequest, WebhooksRouter } from './http.js';
export type { Webhooks } from './webhooks.js';
export type { WebhooksWorker } from './webhooks-worker.js';
