import type { EntitySchema } from 'typeorm';
import { accountSchema } from './account.entity.js';
import { alertSchema } from './alert.entity.js';
import { attemptSchema } from './attempt.entity.js';
import { deliverySchema } from './delivery.entity.js';
import { endpointSchema } from './endpoint.entity.js';
import { eventSchema } from './event.entity.js';
import { laneSchema } from './lane.entity.js';
import { leaseSchema } from './lease.entity.js';
import { unrelayedSchema } from './unrelayed.entity.js';

const byPrefix = new Map<string, EntitySchema[]>();

/**
 * The module's tables as TypeORM entities, with names that start with `prefix` (default: none). Needed only by a data source
 * that lists its entities; `autoLoadEntities` finds them by itself. The same prefix returns the same objects, so that
 * `autoLoadEntities` collects them once.
 */
export function webhooksEntitiesWith(prefix: string): EntitySchema[] {
  let entities = byPrefix.get(prefix);
  if (!entities) byPrefix.set(prefix, (entities = createEntities(prefix)));
  return [...entities];
}

function createEntities(prefix: string): EntitySchema[] {
  return [
    accountSchema,
    alertSchema,
    attemptSchema,
    deliverySchema,
    endpointSchema,
    eventSchema,
    laneSchema,
    leaseSchema,
    unrelayedSchema,
  ].map((schema) => schema(prefix) as EntitySchema);
}

/** The tables without a prefix: what most data sources list. */
export const webhooksEntities: EntitySchema[] = webhooksEntitiesWith('');
