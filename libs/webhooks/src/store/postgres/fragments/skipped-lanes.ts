import type { LanesToSkip } from '../../lane-store.js';

/** SQL for "this lane is not to be skipped". `parameter`: number of the first of the three {@link skipParameters}. */
export function isNotSkipped(parameter: number): string {
  const [lanes, tenants, kept] = [0, 1, 2].map((offset) => `$${parameter + offset}`);
  return `not (id = any(${lanes}::bigint[]))
        and (not (tenant_id = any(${tenants}::text[])) or id = any(${kept}::bigint[]))`;
}

export function skipParameters({ laneIds, tenantIds, keptLaneIds }: LanesToSkip): unknown[] {
  return [laneIds, tenantIds, keptLaneIds];
}
