import type { FigureStore } from '../store/figures/figure-store.js';
import type { MaintenanceStore } from '../store/maintenance-store.js';

/** Deletes all rows of a tenant, in batches. Returns how many deliveries there were. */
export async function removeTenant(store: MaintenanceStore & FigureStore, tenantId: string): Promise<number> {
  await store.closeTenant(tenantId);
  // A pass that is running ends first: it creates no more deliveries.
  await untilNoneIsLeft(() => store.deleteTenantRows(tenantId, 'jobs'));
  // Events first, so that the relay makes no more deliveries of them.
  await untilNoneIsLeft(() => store.deleteTenantEvents(tenantId));
  const deliveries = await untilNoneIsLeft(() => store.deleteTenantDeliveries(tenantId));
  // Found by the endpoints.
  await untilNoneIsLeft(() => store.deleteTenantHours(tenantId));
  for (const table of ['alerts', 'idempotencyKeys', 'lanes', 'endpoints', 'accounts'] as const) {
    await untilNoneIsLeft(() => store.deleteTenantRows(tenantId, table));
  }
  return deliveries;
}

async function untilNoneIsLeft(deleteBatch: () => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const deleted = await deleteBatch();
    if (deleted === 0) return total;
    total += deleted;
  }
}
