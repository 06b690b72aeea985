export { WebhooksHealthIndicator } from './webhooks-health-indicator.js';
