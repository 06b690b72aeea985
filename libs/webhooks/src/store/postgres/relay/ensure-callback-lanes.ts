import type { CallbackOrigin, DestinationRecord } from '../../outbox-store.js';
import type { Session } from '../connection/session.js';
import { readCallbackDestinations } from './read-destinations.js';

/** Maximum number of tries. One try is enough, unless an idle lane is deleted between the two statements. */
const MAX_TRIES = 8;

/** Creates the missing lanes of these callbacks, then reads and locks all their lanes. */
export async function ensureCallbackLanes(
  session: Session,
  callbacks: readonly CallbackOrigin[],
): Promise<DestinationRecord[]> {
  const found: DestinationRecord[] = [];
  let missing = callbacks;
  for (let tries = 0; missing.length > 0; tries++) {
    if (tries === MAX_TRIES) {
      throw new Error(
        `${missing.length} lanes of callbacks were deleted each time they were created (${MAX_TRIES} tries); the batch is relayed again.`,
      );
    }
    await insertMissing(session, missing);
    const records = await readCallbackDestinations(session, missing);
    found.push(...records);
    const keys = new Set(records.map(keyOf));
    missing = missing.filter((callback) => !keys.has(keyOf(callback)));
  }
  return found;
}

/**
 * Inserts the lanes in the order of their keys. If two relays create the same lanes, the second waits for the first, and
 * they do not deadlock.
 */
async function insertMissing(session: Session, callbacks: readonly CallbackOrigin[]): Promise<void> {
  const { lanes } = session.tables;
  await session.query(
    `insert into ${lanes} (tenant_id, origin)
     select * from unnest($1::text[], $2::text[]) as c(tenant_id, origin)
      -- Without this condition, each conflict would draw an id from the sequence.
      where not exists (select 1 from ${lanes} l where l.tenant_id = c.tenant_id and l.origin = c.origin)
      order by 1, 2
     on conflict (tenant_id, origin) do nothing`,
    [callbacks.map((each) => each.tenantId), callbacks.map((each) => each.origin)],
  );
}

function keyOf({ tenantId, origin }: { tenantId: string; origin: string | null }): string {
  return `${tenantId} ${origin}`;
}
