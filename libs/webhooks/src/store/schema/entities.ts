import type { EntitySchema } from 'typeorm';
import { createAccountSchema } from './account.entity.js';
import { createAlertSchema } from './alert.entity.js';
import { createAttemptSchema } from './attempt.entity.js';
import { createChangeSchema } from './change.entity.js';
import { createDeliverySchema } from './delivery.entity.js';
import { createEndpointHourSchema } from './figures/endpoint-hour.entity.js';
import { createEndpointSchema } from './endpoint.entity.js';
import { createEventSchema } from './event.entity.js';
import { createIdempotencyKeySchema } from './idempotency/idempotency-key.entity.js';
import { createJobSchema } from './jobs/job.entity.js';
import { createLaneSchema } from './lane.entity.js';
import { createPauseSchema } from './jobs/pause.entity.js';
import { createLeaseSchema } from './lease.entity.js';
import { createUnrelayedSchema } from './unrelayed.entity.js';

const byPrefix = new Map<string, EntitySchema[]>();

/**
 * The module's tables as TypeORM entities. The table names start with `prefix`, which may be empty. A data source with
 * `autoLoadEntities` finds the entities by itself; any other data source must list them. Two calls with one prefix
 * return the same objects, so that `autoLoadEntities` collects them once.
 */
export function webhooksEntitiesWith(prefix: string): EntitySchema[] {
  let entities = byPrefix.get(prefix);
  if (!entities) byPrefix.set(prefix, (entities = createEntities(prefix)));
  return [...entities];
}

function createEntities(prefix: string): EntitySchema[] {
  return [
    createAccountSchema,
    createAlertSchema,
    createAttemptSchema,
    createChangeSchema,
    createDeliverySchema,
    createEndpointHourSchema,
    createEndpointSchema,
    createEventSchema,
    createIdempotencyKeySchema,
    createJobSchema,
    createLaneSchema,
    createLeaseSchema,
    createPauseSchema,
    createUnrelayedSchema,
  ].map((createSchema) => createSchema(prefix) as EntitySchema);
}

/** The entities of the tables without a prefix. Most data sources list these. */
export const webhooksEntities: EntitySchema[] = webhooksEntitiesWith('');
