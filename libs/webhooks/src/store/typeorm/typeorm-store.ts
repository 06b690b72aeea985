import type { EntityManager } from 'typeorm';
import type { TenantTable } from '../maintenance-store.js';
import { deleteTenantRows } from './tenant-records.js';

/**
 * The part of the store that TypeORM's query builder and repositories serve: it works on every database. A driver extends
 * it, and may override a method.
 */
export abstract class TypeOrmStore {
  /** Of the transaction that this store is bound to, or of the data source. */
  protected abstract readonly manager: EntityManager;

  deleteTenantRows(tenantId: string, table: TenantTable): Promise<number> {
    return deleteTenantRows(this.manager, tenantId, table);
  }
}
