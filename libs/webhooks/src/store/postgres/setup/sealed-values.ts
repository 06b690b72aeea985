import type { SealedSample } from '../../setup-store.js';
import type { Session } from '../connection/session.js';
import { nowMs } from '../fragments/expressions.js';

// If a row's secrets are not a list, somebody has damaged them by hand. Such secrets are left out, and deliveries that
// need them wait for the repair.
const SECRETS = `json_array_elements(case when secrets like '[{%}]' then secrets::json else '[]' end) s`;
const IS_LIVE = `((s ->> 'expiresAt') is null or (s ->> 'expiresAt')::bigint > ${nowMs(1)})`;

export async function sampleSealedValues(session: Session, perKey: number): Promise<SealedSample[]> {
  const { endpoints, accounts } = session.tables;
  const liveSecrets = (table: string, endpointId: string, where: string) =>
    `select tenant_id, ${endpointId} as endpoint_id, s ->> 'sealed' as sealed
       from ${table}, ${SECRETS}
      where ${where} and ${IS_LIVE}`;
  return session.query<SealedSample>(
    `select key_id as "keyId", tenant_id as "tenantId", endpoint_id as "endpointId", sealed
       from (
         select *, row_number() over (partition by key_id) as nth
           from (
             select *, case when sealed like 'v1.%' then split_part(sealed, '.', 2)
                            when sealed like 'plain.%' then 'plain' end as key_id
               from (
                 ${liveSecrets(endpoints, 'id', 'deleted_at is null')}
                 union all
                 ${liveSecrets(accounts, 'null::uuid', 'true')}
                 union all
                 select tenant_id, id, headers
                   from ${endpoints}
                  where headers is not null and deleted_at is null
               ) stored
           ) keyed
       ) numbered
      where key_id is not null and nth <= $2
      order by key_id`,
    [session.clockOffset, perKey],
  );
}

export async function countPlaintextRows(session: Session): Promise<{ endpoints: number; accounts: number }> {
  const { endpoints, accounts } = session.tables;
  const hasPlainSecret = `exists (select from ${SECRETS} where s ->> 'sealed' like 'plain.%' and ${IS_LIVE})`;
  const [row] = await session.query<{ endpoints: string; accounts: string }>(
    `select (select count(*) from ${endpoints}
              where deleted_at is null and (headers like 'plain.%' or ${hasPlainSecret})) as endpoints,
            (select count(*) from ${accounts} where ${hasPlainSecret}) as accounts`,
    [session.clockOffset],
  );
  return { endpoints: Number(row!.endpoints), accounts: Number(row!.accounts) };
}
