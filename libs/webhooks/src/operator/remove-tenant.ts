import { LineLogger } from '../core/line-logger.js';
import type { FigureStore } from '../store/figures/figure-store.js';
import type { MaintenanceStore } from '../store/maintenance-store.js';
import { MAX_COUNTED, type ProgressOptions, progressOf } from '../store/jobs/progress.js';

const logger = new LineLogger('WebhookOperator');

/** Deletes all rows of a tenant, in batches. Returns how many deliveries were deleted. A repeated call continues. */
export async function removeTenant(
  store: MaintenanceStore & FigureStore,
  tenantId: string,
  { onProgress }: ProgressOptions,
): Promise<number> {
  await store.closeTenant(tenantId);
  // Waits for a running replay pass to end. After that, no pass creates more deliveries.
  await untilNoneIsLeft(() => store.deleteTenantRows(tenantId, 'jobs'));
  const counted = await store.countTenantRecords(tenantId, MAX_COUNTED);
  let done = 0;
  const report = (deleted: number): void => {
    done += deleted;
    const progress = progressOf(counted, done);
    onProgress?.(progress);
    const { matched, left } = progress;
    if (left > 0)
      logger.log(`Deleting tenant ${tenantId}: ${matched} events and deliveries, ${done} done, ${left} left`);
  };
  // Events first, so that the relay creates no more deliveries from them.
  await untilNoneIsLeft(() => store.deleteTenantEvents(tenantId), report);
  const deliveries = await untilNoneIsLeft(() => store.deleteTenantDeliveries(tenantId), report);
  // The hours are found through the endpoints, so they are deleted before the endpoints.
  await untilNoneIsLeft(() => store.deleteTenantHours(tenantId));
  for (const table of ['alerts', 'idempotencyKeys', 'lanes', 'endpoints', 'accounts'] as const) {
    await untilNoneIsLeft(() => store.deleteTenantRows(tenantId, table));
  }
  return deliveries;
}

async function untilNoneIsLeft(
  deleteBatch: () => Promise<number>,
  report?: (deleted: number) => void,
): Promise<number> {
  let total = 0;
  for (;;) {
    const deleted = await deleteBatch();
    if (deleted === 0) return total;
    total += deleted;
    report?.(deleted);
  }
}
