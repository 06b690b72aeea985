import type { Tables } from '../../schema/tables.js';

/**
 * SQL for a text that changes as soon as the tenant's account, an endpoint of the tenant or an endpoint's lane changes.
 * The text consists of the endpoints' ids, and of the ids of the transactions that wrote these rows last.
 */
export function versionOfTenant({ accounts, endpoints, lanes }: Tables, tenant: string): string {
  return `coalesce((
      select string_agg(concat_ws(' ', ve.id, ve.xmin, vl.xmin, va.xmin), ',' order by ve.id)
        from ${endpoints} ve
        join ${lanes} vl on vl.endpoint_id = ve.id
        left join ${accounts} va on va.tenant_id = ve.tenant_id
       where ve.tenant_id = ${tenant} and ve.deleted_at is null and ve.state <> 'disabled'), '')`;
}
