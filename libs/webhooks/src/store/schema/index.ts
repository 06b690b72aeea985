// The tables, for hosts that list entities and migrations one by one: `nestjs-sms-webhooks/schema`.
export { webhooksEntities, webhooksEntitiesWith } from './entities.js';
export { webhooksMigrations } from './migrations/index.js';
export { CreateWebhooks1763600000000 } from './migrations/1763600000000-create-webhooks.js';
export { IndexLiveEndpoints1764500000000 } from './migrations/1764500000000-index-live-endpoints.js';
export { ClaimFailingLanesAlone1764600000000 } from './migrations/1764600000000-claim-failing-lanes-alone.js';
export { IndexFailuresById1764700000000 } from './migrations/1764700000000-index-failures-by-id.js';
export { WebhookAccountRow } from './account.entity.js';
export { WebhookAlertRow } from './alert.entity.js';
export { WebhookAttemptRow } from './attempt.entity.js';
export { WebhookDeliveryRow } from './delivery.entity.js';
export { WebhookEndpointRow } from './endpoint.entity.js';
export { WebhookEventRow } from './event.entity.js';
export { WebhookLaneRow } from './lane.entity.js';
export { WebhookLeaseRow } from './lease.entity.js';
export { WebhookUnrelayedRow } from './unrelayed.entity.js';
export type { StoredSecret } from '../stored-secret.js';
export type { LaneState } from '../../core/states.js';
