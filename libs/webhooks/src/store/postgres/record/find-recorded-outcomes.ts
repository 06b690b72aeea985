import type { RecordableOutcome } from '../../outcome-store.js';
import type { Session } from '../connection/session.js';
import { identityColumns } from './outcome-parameters.js';

/**
 * An outcome has been recorded if its delivery still has the outcome's lease id, and the delivery is no longer in state
 * `sending` or already counts this attempt.
 */
export async function findRecordedOutcomes(
  session: Session,
  outcomes: readonly RecordableOutcome[],
): Promise<Set<string>> {
  const rows = await session.query<{ id: string }>(
    `select d.id
       from unnest($1::bigint[], $2::bigint[], $3::int[]) as i(id, lease_id, number)
       join ${session.tables.deliveries} d on d.id = i.id and d.lease_id = i.lease_id
      where d.state <> 'sending'
         or d.attempts = i.number`,
    identityColumns(outcomes),
  );
  return new Set(rows.map(({ id }) => id));
}
