import type { Tables } from '../tables.js';

const PARAMETERS = {
  p_clock_offset: 'bigint',
  p_id: 'uuid',
  p_tenant_id: 'text',
  p_type: 'text',
  p_subject: 'text',
  p_data: 'text',
  p_source: 'text',
  p_callback_url: 'text',
  p_test: 'boolean',
  p_endpoint_id: 'uuid',
  p_traceparent: 'text',
  p_occurred_at: 'bigint',
};

/** The quoted name of the function. The function has the schema and the prefix of the tables. */
export function publishFunctionName({ events }: Tables): string {
  return events.replace(/webhook_events("?)$/, 'webhook_publish$1');
}

/** The name of the function with the types of its parameters. */
export function publishFunctionSignature(tables: Tables): string {
  return `${publishFunctionName(tables)}(${Object.values(PARAMETERS).join(', ')})`;
}

/**
 * SQL of the function that writes one event. Each session plans the statements of the function once, also behind a
 * pooler. A plain statement would be parsed and planned in each transaction of the host: that takes as long as running
 * it. A prepared statement that a pooler has lost would abort the host's transaction.
 */
export function createPublishFunction(tables: Tables): string {
  const parameters = Object.entries(PARAMETERS).map(([name, type]) => `${name} ${type}`);
  return `create or replace function ${publishFunctionName(tables)}(${parameters.join(', ')}, out sequence bigint, out created_at bigint)
language plpgsql as $publish$
begin
  created_at := floor(extract(epoch from statement_timestamp()) * 1000)::bigint + p_clock_offset;
  insert into ${tables.events} (id, tenant_id, type, subject, data, source, callback_url, test, endpoint_id, traceparent, occurred_at,
                                created_at)
  values (p_id, p_tenant_id, p_type, p_subject, p_data, p_source, p_callback_url, p_test, p_endpoint_id, p_traceparent,
          coalesce(p_occurred_at, created_at), created_at)
  returning ${tables.events}.sequence into sequence;
  insert into ${tables.unrelayed} (sequence) values (sequence);
end
$publish$`;
}
