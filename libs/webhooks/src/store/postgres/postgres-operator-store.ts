import type { DeliveryRecord } from '../delivery-store.js';
import type { AllDeliveriesSearch, FailingLane, PauseRecord } from '../jobs/operator-store.js';
import { listAllDeliveries, listFailingLanes } from './deliveries/all-deliveries.js';
import { applyPauses, endPause, insertPause, listPauses } from './maintenance/operator-pauses.js';
import { PostgresJobStore } from './postgres-job-store.js';

/** The statements for operators. */
export abstract class PostgresOperatorStore extends PostgresJobStore {
  insertPause(pause: Omit<PauseRecord, 'createdAt'>): Promise<void> {
    return insertPause(this.session, pause);
  }

  endPause(pause: Pick<PauseRecord, 'scope' | 'value'>): Promise<boolean> {
    this.commits.noteLanes(this.session.runner);
    return endPause(this.session, pause);
  }

  listPauses(): Promise<PauseRecord[]> {
    return listPauses(this.session);
  }

  applyPauses(): Promise<number> {
    return applyPauses(this.session);
  }

  listAllDeliveries(
    search: AllDeliveriesSearch,
  ): Promise<{ deliveries: (DeliveryRecord & { tenantId: string })[]; next: string | null }> {
    return listAllDeliveries(this.session, search);
  }

  listFailingLanes(after: string, limit: number): Promise<{ lanes: FailingLane[]; next: string | null }> {
    return listFailingLanes(this.session, after, limit);
  }
}
