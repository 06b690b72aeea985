import { CreateWebhooks1763600000000 } from './1763600000000-create-webhooks.js';
import { IndexLiveEndpoints1764500000000 } from './1764500000000-index-live-endpoints.js';
import { ClaimFailingLanesAlone1764600000000 } from './1764600000000-claim-failing-lanes-alone.js';
import { IndexFailuresById1764700000000 } from './1764700000000-index-failures-by-id.js';
import { CaptureChanges1764800000000 } from './1764800000000-capture-changes.js';
import { AttemptHeaders1765000000000 } from './1765000000000-attempt-headers.js';
import { EndpointMetadata1765100000000 } from './1765100000000-endpoint-metadata.js';
import { IdempotencyKeys1765200000000 } from './1765200000000-idempotency-keys.js';
import { EndpointHours1765300000000 } from './1765300000000-endpoint-hours.js';
import { OperatorPauses1765600000000 } from './1765600000000-operator-pauses.js';
import { IndexNewestEndpoints1765700000000 } from './1765700000000-index-newest-endpoints.js';
import { WebhookJobs1765400000000 } from './1765400000000-webhook-jobs.js';
import { EraseBodies1765500000000 } from './1765500000000-erase-bodies.js';
import { TraceContext1765800000000 } from './1765800000000-trace-context.js';
import { PublishFunction1765900000000 } from './1765900000000-publish-function.js';

/**
 * The module's migrations, oldest first. List them in the data source: `migrations: [...webhooksMigrations, ...own]`. A
 * release may add migrations, but never changes one.
 */
export const webhooksMigrations = [
  CreateWebhooks1763600000000,
  IndexLiveEndpoints1764500000000,
  ClaimFailingLanesAlone1764600000000,
  IndexFailuresById1764700000000,
  CaptureChanges1764800000000,
  AttemptHeaders1765000000000,
  EndpointMetadata1765100000000,
  IdempotencyKeys1765200000000,
  EndpointHours1765300000000,
  WebhookJobs1765400000000,
  EraseBodies1765500000000,
  OperatorPauses1765600000000,
  IndexNewestEndpoints1765700000000,
  TraceContext1765800000000,
  PublishFunction1765900000000,
];
