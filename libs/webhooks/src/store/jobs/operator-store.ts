import type { DeliveryState, PauseScope } from '../../core/states.js';
import type { DeliveryRecord } from '../delivery-store.js';
import type { StoreTransactions } from '../transactions.js';

/** What the operator has paused. */
export interface PauseRecord {
  scope: PauseScope;
  value: string;
  reason: string | null;
  /** Epoch ms. */
  createdAt: number;
}

/** A lane with at least one failure since its last success. */
export interface FailingLane {
  id: string;
  tenantId: string;
  /** UUID; `null`: a lane of callbacks. */
  endpointId: string | null;
  /** URL of the endpoint, or origin of the callbacks. */
  url: string;
  /** Number of deliveries whose attempt failed since the last success. */
  failures: number;
  /** Epoch ms. */
  failingSince: number;
}

/** Which deliveries of all tenants to list. */
export interface AllDeliveriesSearch {
  limit: number;
  /** Only ids below this one. */
  before: string;
  states?: readonly DeliveryState[];
  /** Maximum number of rows to read if `states` is set. Without `states`, the rows of a page are enough. */
  scan: number;
}

/** What operators can see and pause, over all tenants. */
export interface OperatorStore extends StoreTransactions {
  /** In `tx`: writes a pause, or a new reason for a pause that exists. Repeatable. */
  insertPause(pause: Omit<PauseRecord, 'createdAt'>): Promise<void>;
  /** In `tx`: ends a pause. Returns false if there is none. */
  endPause(pause: Pick<PauseRecord, 'scope' | 'value'>): Promise<boolean>;
  /** Pauses that have not ended, oldest first. */
  listPauses(): Promise<PauseRecord[]>;
  /**
   * Pauses a batch of the lanes that a pause covers. Releases a batch of the lanes that no pause covers any more: these
   * get the state of their endpoint again. When no lane is left to release, deletes the pauses that have ended. Returns
   * the number of lanes that it changed; 0 at the end.
   */
  applyPauses(): Promise<number>;
  /** The newest first. Reads a limited number of rows, so a page may be short. `next`: where to continue; `null` at the end. */
  listAllDeliveries(
    search: AllDeliveriesSearch,
  ): Promise<{ deliveries: (DeliveryRecord & { tenantId: string })[]; next: string | null }>;
  /**
   * Lanes that have a failure since their last success, in order of id. Only ids after `after`. Leaves out closed lanes.
   * Reads a limited number of lanes. `next`: where to continue; `null` at the end.
   */
  listFailingLanes(after: string, limit: number): Promise<{ lanes: FailingLane[]; next: string | null }>;
}
