import { tryParseJson } from '../../../core/parse-json.js';
import type { SealedRow, SealedTable } from '../../setup-store.js';
import type { StoredSecret } from '../../stored-secret.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

interface Row {
  key: string;
  tenant_id: string;
  endpoint_id: string | null;
  secrets: string;
  headers: string | null;
  now: string;
}

const COLUMNS = {
  endpoints: 'id as key, tenant_id, id as endpoint_id, secrets, headers',
  accounts: 'tenant_id as key, tenant_id, null as endpoint_id, secrets, null as headers',
};

export async function countSealedRows(session: Session, limit: number): Promise<number> {
  const { accounts, endpoints } = session.tables;
  const counted = (table: string): string =>
    `(select count(*) from (select 1 from ${table} limit $1) counted)`;
  const [row] = await session.query<{ rows: string }>(
    `select ${counted(endpoints)} + ${counted(accounts)} as rows`,
    [limit],
  );
  return Number(row!.rows);
}

export async function lockSealedRows(
  session: Session,
  table: SealedTable,
  after: string | null,
  limit: number,
): Promise<SealedRow[]> {
  const [key, type] = table === 'endpoints' ? ['id', 'uuid'] : ['tenant_id', 'text'];
  const rows = await session.query<Row>(
    `select ${COLUMNS[table]}, ${nowMs(1)} as now
       from ${session.tables[table]}
      where ($2::${type} is null or ${key} > $2::${type})
      order by ${key}
      limit $3
        for no key update`,
    [session.clockOffset, after, limit],
  );
  return rows.map((row) => ({
    key: row.key,
    tenantId: row.tenant_id,
    endpointId: row.endpoint_id,
    secrets: (tryParseJson(row.secrets) as StoredSecret[] | undefined) ?? null,
    headers: row.headers,
    now: Number(row.now),
  }));
}
