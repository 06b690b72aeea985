import type { Session } from '../store/postgres/connection/session.js';
import { nowMs } from '../store/postgres/fragments/expressions.js';
import { WebhooksSetupError } from '../core/errors.js';
import { sealContext, type SecretBox, SecretUnreadableError } from './secret-box.js';

/** How many values of each key are opened: one damaged row must not stop a start. */
const SAMPLES = 3;

interface Sample {
  keyId: string;
  tenantId: string;
  endpointId: string | null;
  sealed: string;
}

/**
 * Throws {@link WebhooksSetupError} where live secrets are sealed under keys that the options do not hold, or under
 * another key of the same id: later every delivery would fail to be signed, and new secrets be sealed under the wrong one.
 */
export async function checkStoredKeys(database: Session, box: SecretBox): Promise<void> {
  const byKey = new Map<string, Sample[]>();
  for (const sample of await liveSamples(database)) {
    byKey.set(sample.keyId, [...(byKey.get(sample.keyId) ?? []), sample]);
  }
  const unknown = [...byKey.keys()].filter((id) => !box.knows(id));
  if (unknown.length > 0) {
    throw new WebhooksSetupError(
      `WebhooksModule: stored secrets are sealed under ${quoted(unknown)}, which encryption does not hold. ` +
        'Add each as { id, key } to encryption.previous until reencryptSecrets() has run.',
    );
  }
  const wrong = [...byKey].filter(([, samples]) => !samples.some((sample) => opens(box, sample)));
  if (wrong.length > 0) {
    throw new WebhooksSetupError(
      `WebhooksModule: stored secrets cannot be opened with the key ${quoted(wrong.map(([id]) => id))}: it is not the one they were sealed under. ` +
        'Set the former key again; a new key needs an id of its own, with the old one in encryption.previous.',
    );
  }
}

async function liveSamples(database: Session): Promise<Sample[]> {
  const { endpoints, accounts } = database.tables;
  // What a slip in a console left is no list: the deliveries that need it wait, and say so.
  const live = (table: string, endpointId: string, where: string) =>
    `select tenant_id, ${endpointId} as endpoint_id, s ->> 'sealed' as sealed
       from ${table}, json_array_elements(case when secrets like '[{%}]' then secrets::json else '[]' end) s
      where ${where} and ((s ->> 'expiresAt') is null or (s ->> 'expiresAt')::bigint > ${nowMs(1)})`;
  return database.query<Sample>(
    `select key_id as "keyId", tenant_id as "tenantId", endpoint_id as "endpointId", sealed
       from (
         select *, row_number() over (partition by key_id) as place
           from (
             select *, case when sealed like 'v1.%' then split_part(sealed, '.', 2) else 'plain' end as key_id
               from (
                 ${live(endpoints, 'id', 'deleted_at is null')}
                 union all
                 ${live(accounts, 'null::uuid', 'true')}
                 union all
                 select tenant_id, id, headers
                   from ${endpoints}
                  where headers is not null and deleted_at is null
               ) stored
           ) keyed
       ) placed
      where place <= ${SAMPLES}
      order by key_id`,
    [database.clockOffset],
  );
}

function opens(box: SecretBox, { tenantId, endpointId, sealed }: Sample): boolean {
  try {
    box.open(sealed, sealContext(tenantId, endpointId));
    return true;
  } catch (error) {
    if (error instanceof SecretUnreadableError) return false;
    throw error;
  }
}

function quoted(ids: readonly string[]): string {
  return ids.map((id) => `"${id}"`).join(', ');
}
